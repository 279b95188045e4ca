/** The way to everything by its name: pages, parts of the incident that is open, and incidents by their title. Loaded when it is asked for. */
import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { useWords } from '../words/index.tsx';
import { answerOf, api } from './client.ts';
import { useParts, usePlaces } from './places.ts';
import { hasOne, READERS, useMe } from './session.ts';
import './palette.css';

type Target = Readonly<{ name: string; to: string; search?: Readonly<Record<string, string>> }>;
type Group = Readonly<{ name: string; items: readonly Target[] }>;
const MOST = 8;

/** Pages that belong to no incident. */
function usePages(): readonly Target[] {
  const { t } = useWords();
  return usePlaces()
    .filter(({ path }) => !path.includes('$'))
    .map(({ name, path }) => ({ name: t(name), to: path }));
}

/** Parts of the incident that is looked at. */
function usePartsHere(): readonly Target[] {
  const { t } = useWords();
  const { incident } = useParams({ strict: false });
  return useParts(incident ?? '').flatMap(({ parts }) =>
    incident === undefined ? [] : parts.map(({ name, to, search }) => ({ name: t(name), to, search })),
  );
}

/** Looked for on the server: there may be a thousand. Until it has answered, those that were found before, if their titles hold the words. */
function useIncidents(typed: string): readonly Target[] {
  const { t } = useWords();
  const title = useDeferredValue(typed);
  const isReader = hasOne(useMe(), READERS);
  const { data, isPlaceholderData } = useQuery({
    queryKey: ['incidents', 'palette', title],
    queryFn: () =>
      answerOf(
        api.GET('/api/incidents', { params: { query: { most: MOST, ...(title === '' ? {} : { title }) } } }),
      ),
    enabled: isReader,
    placeholderData: keepPreviousData,
  });
  const isOfOthers = isPlaceholderData || title !== typed;
  return (data?.incidents ?? [])
    .map(({ id, title: name }) => ({ name: name ?? t('erased'), to: `/incidents/${id}` }))
    .filter(({ name }) => !isOfOthers || name.toLowerCase().includes(typed.toLowerCase()));
}

export function Palette({ onClose }: Readonly<{ onClose: () => void }>) {
  const { t } = useWords();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const wanted = typed.trim().toLowerCase();
  const isMeant = ({ name }: Target) => name.toLowerCase().includes(wanted);
  const found: readonly Group[] = [
    { name: t('palette.ofIncident'), items: usePartsHere().filter(isMeant) },
    { name: t('palette.places'), items: usePages().filter(isMeant) },
    { name: t('palette.incidents'), items: useIncidents(typed.trim()) },
  ];
  const groups = found.filter(({ items }) => items.length > 0);
  const go = ({ to, search }: Target) => {
    onClose();
    void navigate({ to, search: search ?? {} });
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
            itemToStringValue={({ name }: Target) => name}
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
                    {(item: Target) => (
                      <Autocomplete.Item
                        key={`${item.to} ${item.name}`}
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
