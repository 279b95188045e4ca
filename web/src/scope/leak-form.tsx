/** One leak: which kind, and what that kind needs. The server's schema judges it while it is typed. */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { Refused } from '../app/client.ts';
import { Field, ownZone } from '../kit/form.tsx';
import { Failed } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import {
  type CacheRule,
  type Draft,
  FIELDS,
  KINDS,
  type Leak,
  leakOf,
  PARTS,
  problemsByField,
} from './draft.rules.ts';
import { type PartProps, Text, useSettled, type Workspace } from './form-parts.tsx';
import { ListHelp } from './list-help.tsx';
import { PathHelp } from './path-help.tsx';
import { PreviewOf } from './preview.tsx';
import { scopeQueries } from './queries.ts';

type Props = Readonly<{
  incident: string;
  sources: Workspace;
  id: string;
  begin: Draft;
  isChange: boolean;
  onTake: (leak: Leak) => void;
  onLeave: () => void;
}>;

const REFUSED_FORMS = ['request-invalid', 'incident-invalid'];

export function LeakForm({ incident, sources, id, begin, isChange, onTake, onLeave }: Props) {
  const { t, named } = useWords();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(begin);
  const [isAsked, setAsked] = useState(isChange);
  const [isTaking, setTaking] = useState(false);
  const leak = leakOf(draft, id);
  const settled = useSettled(leak);
  const isTouched = draft !== begin || isChange;
  // Without a path there are no lines to look for yet.
  const isBegun = isAsked || !('path' in settled && settled.path === '');
  const looked = useQuery({
    ...scopeQueries.preview(incident, settled),
    enabled: isTouched && isBegun,
    placeholderData: keepPreviousData,
  });
  const { error } = looked;
  const isForm = error instanceof Refused && REFUSED_FORMS.includes(error.code);
  // Nobody is told what is missing before they had a chance to type it.
  const wrong = isForm && isAsked ? problemsByField(error.problems) : new Map<string, string>();
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const handleSubmit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setAsked(true);
    setDraft({ ...draft });
    setTaking(true);
    const isTaken = await queries.fetchQuery(scopeQueries.preview(incident, leak)).then(
      () => true,
      () => false,
    );
    setTaking(false);
    if (isTaken) onTake(leak);
  };
  const parts = PARTS[draft.kind];
  const part = { incident, sources, draft, change, wrong };
  return (
    <form className="add" onSubmit={(event) => void handleSubmit(event)} noValidate>
      <h3>{t(isChange ? 'scope.changing' : 'scope.add')}</h3>
      <Field label={t('scope.kind')} help={t(`scope.kind.${draft.kind}`)}>
        {(ids) => (
          <select
            {...ids}
            value={draft.kind}
            onChange={({ target }) => change({ kind: KINDS.find((one) => one === target.value) ?? 'page' })}
          >
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {named('leak', one)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {parts.people && <People {...part} />}
      {parts.log && <Log {...part} />}
      {parts.window && <Window {...part} />}
      {parts.path && !(draft.kind === 'export' && draft.log === '') && <PathHelp {...part} />}
      {parts.rules && <Rules {...part} />}
      {parts.staff && <Staff {...part} />}
      {parts.passedTo && (
        <Text
          {...part}
          name="passedTo"
          at="passedTo"
          label={t('scope.passedTo')}
          help={t('scope.passedToHelp')}
        />
      )}
      {parts.recipients && <Recipients {...part} />}
      {parts.when && (
        <Text
          {...part}
          name="when"
          at={draft.kind === 'mailing' ? 'sentAt' : 'at'}
          label={t(draft.kind === 'mailing' ? 'scope.sentAt' : 'scope.when')}
          help={t('leaks.zone', { zone: ownZone() })}
          type="datetime-local"
        />
      )}
      <Fields {...part} />
      {(parts.status || parts.hosts) && <Narrower {...part} />}
      {wrong.get('') !== undefined && (
        <p className="wrong" lang="en" role="alert">
          {wrong.get('')}
        </p>
      )}
      {error !== null && !isForm && <Failed error={error} again={() => void looked.refetch()} />}
      {parts.log && isTouched && !(draft.kind === 'export' && draft.log === '') && (
        <PreviewOf incident={incident} leak={settled} looked={looked} />
      )}
      <p className="actions">
        <button type="submit" className="button quiet" disabled={isTaking}>
          {t(isChange ? 'scope.take' : 'scope.addThis')}
        </button>
        {isChange && (
          <button type="button" className="button quiet" onClick={onLeave}>
            {t('scope.leave')}
          </button>
        )}
      </p>
    </form>
  );
}

function Log({ sources, draft, change, wrong }: PartProps) {
  const { t } = useWords();
  return (
    <Field
      label={t(draft.kind === 'export' ? 'scope.downloads' : 'scope.log')}
      wrong={wrong.get('log')}
      wrongIn="en"
    >
      {(ids) => (
        <select {...ids} value={draft.log} onChange={({ target }) => change({ log: target.value })}>
          {draft.kind === 'export' && <option value="">{t('scope.noLog')}</option>}
          {sources.logs.map(({ name, format }) => (
            <option key={name} value={name}>
              {`${name} (${format})`}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Window(part: PartProps) {
  const { t } = useWords();
  const help = t('leaks.zone', { zone: ownZone() });
  return (
    <div className="pair">
      <Text {...part} name="from" at="from" label={t('leaks.from')} help={help} type="datetime-local" />
      <Text {...part} name="to" at="to" label={t('leaks.to')} help={help} type="datetime-local" />
    </div>
  );
}

const RULES = ['', 'hit', 'fill'] as const satisfies readonly CacheRule[];

function Rules({ draft, change }: PartProps) {
  const { t } = useWords();
  const choice = (name: 'stale' | 'revalidated', label: string) => (
    <Field label={label}>
      {(ids) => (
        <select
          {...ids}
          value={draft[name]}
          onChange={({ target }) => change({ [name]: RULES.find((one) => one === target.value) ?? '' })}
        >
          {RULES.map((one) => (
            <option key={one} value={one}>
              {t(`scope.rule.${one === '' ? 'none' : one}`)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
  return (
    <div className="pair">
      {choice('stale', t('scope.stale'))}
      {choice('revalidated', t('scope.revalidated'))}
    </div>
  );
}

function Staff(part: PartProps) {
  const { t } = useWords();
  return (
    <>
      <Text {...part} name="viewers" at="viewers" label={t('scope.viewers')} help={t('scope.viewersHelp')} />
      <Text {...part} name="actions" at="actions" label={t('scope.actions')} help={t('scope.actionsHelp')} />
    </>
  );
}

function People(part: PartProps) {
  const { t } = useWords();
  const { draft, change } = part;
  const isMailing = draft.kind === 'mailing';
  return (
    <>
      {isMailing && (
        <Group legend={t('scope.mailingIs')}>
          {(['eml', 'people'] as const).map((one) => (
            <label key={one} className="choice">
              <input
                type="radio"
                name="as"
                checked={draft.as === one}
                onChange={() => change({ as: one, ...(one === 'people' ? { by: 'email' as const } : {}) })}
              />
              {t(`scope.mailing.${one}`)}
            </label>
          ))}
        </Group>
      )}
      {isMailing && draft.as === 'eml' ? (
        <Text {...part} name="eml" at="eml" label={t('scope.eml')} help={t('scope.fileHelp')} />
      ) : (
        <ListHelp {...part} />
      )}
    </>
  );
}

function Recipients({ draft, change, wrong }: PartProps) {
  const { t } = useWords();
  return (
    <Field
      label={t('scope.recipients')}
      help={t('scope.recipientsHelp')}
      wrong={wrong.get('recipients')}
      wrongIn="en"
    >
      {(ids) => (
        <textarea
          {...ids}
          rows={3}
          value={draft.recipients}
          onChange={({ target }) => change({ recipients: target.value })}
        />
      )}
    </Field>
  );
}

const Group = ({ legend, children }: Readonly<{ legend: string; children: ReactNode }>) => (
  <fieldset>
    <legend>{legend}</legend>
    {children}
  </fieldset>
);

function Fields(part: PartProps) {
  const { t, named } = useWords();
  const { draft, change, wrong } = part;
  return (
    <Group legend={t('leaks.fields')}>
      {FIELDS.map((name) => (
        <label key={name} className="check">
          <input
            type="checkbox"
            checked={draft.fields.includes(name)}
            onChange={({ target }) =>
              change({
                fields: target.checked ? [...draft.fields, name] : draft.fields.filter((one) => one !== name),
              })
            }
          />
          {named('field', name)}
        </label>
      ))}
      <Text
        {...part}
        name="otherFields"
        at="fields"
        label={t('scope.otherFields')}
        help={t('scope.otherFieldsHelp')}
      />
      {draft.fields.length === 0 && wrong.size === 0 && draft.otherFields === '' && (
        <p className="help">{t('scope.noFields')}</p>
      )}
    </Group>
  );
}

/** What seldom is another than usual. */
function Narrower(part: PartProps) {
  const { t } = useWords();
  const { draft, wrong } = part;
  if (draft.kind === 'export' && draft.log === '') return null;
  const isTold = ['status', 'hosts'].some((at) => wrong.has(at)) || draft.hosts !== '';
  return (
    <details className="narrower" open={isTold}>
      <summary>{t('scope.narrower')}</summary>
      {draft.kind !== 'access' && (
        <Text {...part} name="status" at="status" label={t('scope.answers')} help={t('scope.answersHelp')} />
      )}
      <Text {...part} name="hosts" at="hosts" label={t('scope.hosts')} help={t('scope.hostsHelp')} />
    </details>
  );
}
