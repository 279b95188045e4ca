/** The way to everything by its name: pages, parts of the incident that is open, and incidents by their title. Loaded when it is asked for. */
import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { useWords } from '../words/index.tsx';
import { answerOf, api } from './client.ts';
import { hasOne, KEEPERS, READERS, type Role, SPEAKERS, useMe, WORKERS } from './session.ts';
import './palette.css';

type Place = Readonly<{ name: string; to: string }>;
type Group = Readonly<{ name: string; items: readonly Place[] }>;
const MOST = 8;

function usePages(): readonly Place[] {
  const { t } = useWords();
  const me = useMe();
  const all: readonly (Place & Readonly<{ may?: readonly Role[] }>)[] = [
    { name: t('home.name'), to: '/', may: READERS },
    { name: t('incidents.name'), to: '/incidents', may: READERS },
    { name: t('incident.new'), to: '/incidents/new', may: WORKERS },
    { name: t('register.name'), to: '/register', may: [...READERS, ...KEEPERS] },
    { name: t('desk.name'), to: '/desk', may: SPEAKERS },
    { name: t('people.name'), to: '/people', may: KEEPERS },
    { name: t('start.connect'), to: '/connect', may: READERS },
    { name: t('start.sample'), to: '/sample' },
  ];
  return all.filter(({ may }) => may === undefined || hasOne(me, may));
}

function useParts(): readonly Place[] {
  const { t } = useWords();
  const { incident } = useParams({ strict: false });
  if (incident === undefined) return [];
  const at = `/incidents/${incident}`;
  return [
    { name: t('incident.answers'), to: at },
    { name: t('leaks.title'), to: `${at}/leaks` },
    { name: t('charts.tab'), to: `${at}/charts` },
    { name: t('views.tab'), to: `${at}/views` },
    { name: t('compare.tab'), to: `${at}/compare` },
    { name: t('duties.tab'), to: `${at}/duties` },
    { name: t('risk.tab'), to: `${at}/risk` },
    { name: t('report.tab'), to: `${at}/report` },
    { name: t('notify.tab'), to: `${at}/notify` },
    { name: t('page-edit.tab'), to: `${at}/page` },
    { name: t('decide.tab'), to: `${at}/decide` },
  ];
}

/** Looked for on the server: there may be a thousand. */
function useIncidents(title: string): readonly Place[] {
  const { t } = useWords();
  const isReader = hasOne(useMe(), READERS);
  const { data } = useQuery({
    queryKey: ['incidents', 'palette', title],
    queryFn: () =>
      answerOf(
        api.GET('/api/incidents', { params: { query: { most: MOST, ...(title === '' ? {} : { title }) } } }),
      ),
    enabled: isReader,
    placeholderData: keepPreviousData,
  });
  return (data?.incidents ?? []).map(({ id, title: name }) => ({
    name: name ?? t('erased'),
    to: `/incidents/${id}`,
  }));
}

export function Palette({ onClose }: Readonly<{ onClose: () => void }>) {
  const { t } = useWords();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const wanted = typed.trim().toLowerCase();
  const isMeant = ({ name }: Place) => name.toLowerCase().includes(wanted);
  const found: readonly Group[] = [
    { name: t('palette.ofIncident'), items: useParts().filter(isMeant) },
    { name: t('palette.places'), items: usePages().filter(isMeant) },
    { name: t('palette.incidents'), items: useIncidents(useDeferredValue(typed.trim())) },
  ];
  const groups = found.filter(({ items }) => items.length > 0);
  const go = ({ to }: Place) => {
    onClose();
    void navigate({ to });
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => isOpen || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="palette" aria-label={t('palette.name')}>
          <Autocomplete.Root
            items={groups}
            filter={null}
            value={typed}
            onValueChange={(value, { reason }) => {
              if (reason !== 'item-press') setTyped(value);
            }}
            itemToStringValue={({ name }: Place) => name}
            autoHighlight="always"
            open
            inline
          >
            <Autocomplete.Input
              className="palette-field"
              aria-label={t('palette.field')}
              placeholder={t('palette.field')}
              spellCheck={false}
            />
            <Autocomplete.Empty className="palette-empty">{t('palette.nothing')}</Autocomplete.Empty>
            <Autocomplete.List className="palette-list">
              {(group: Group) => (
                <Autocomplete.Group key={group.name} items={group.items}>
                  <Autocomplete.GroupLabel className="menu-label">{group.name}</Autocomplete.GroupLabel>
                  <Autocomplete.Collection>
                    {(item: Place) => (
                      <Autocomplete.Item
                        key={item.to}
                        value={item}
                        className="palette-item"
                        onClick={() => go(item)}
                      >
                        {item.name}
                      </Autocomplete.Item>
                    )}
                  </Autocomplete.Collection>
                </Autocomplete.Group>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
          <p className="soft small palette-hint">{t('palette.hint')}</p>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
