/** Asking whom reports point to: when, in which logs, by what work is routed, which reports, and what they are held against. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { Field, ownZone } from '../kit/form.tsx';
import { Failed } from '../kit/states.tsx';
import { useUnsaved } from '../kit/unsaved.ts';
import { useWords } from '../words/index.tsx';
import {
  type Draft,
  type DraftFile,
  type DraftLog,
  type DraftTable,
  definitionOf,
  draftOf,
  emptyDraft,
  FIELDS,
  NO_FILE,
  NO_TABLE,
  USES,
} from './definition.rules.ts';
import type { Definition } from './queries.ts';

type Props = Readonly<{
  incident: string;
  trace: string;
  /** The names of the connected logs. */
  logs: readonly string[];
  before: Definition | null;
  /** Of what customers reported. */
  groups: readonly string[];
}>;
type Part = Readonly<{ draft: Draft; set: (part: Partial<Draft>) => void }>;

const begin = ({ before, groups }: Props): Draft => {
  if (before === null) return emptyDraft(groups);
  return groups.length === 0 ? draftOf(before) : { ...draftOf(before), source: 'groups', groups };
};

export function DefinitionForm(props: Props) {
  const { incident, trace, logs } = props;
  const { t } = useWords();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => begin(props));
  const set = (part: Partial<Draft>) => setDraft((was) => ({ ...was, ...part }));
  const [first] = useState(draft);
  const keep = useUnsaved(draft !== first);
  const asking = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/incidents/{incident}/traces/{trace}/runs', {
          params: { path: { incident, trace } },
          body: { definition: definitionOf(draft) },
        }),
      ),
    onSuccess: async ({ job = '' }) => {
      keep();
      await queries.invalidateQueries({ queryKey: ['incident', incident] });
      await navigate({
        to: '/incidents/$incident/traces/$trace/runs/$job',
        params: { incident, trace, job },
      });
    },
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    asking.mutate();
  };
  const part = { draft, set };
  return (
    <form className="form spaced trace-form" onSubmit={handleSubmit}>
      <h3>{t('trace-ask.title')}</h3>
      <div className="pair">
        <Instant {...part} name="from" />
        <Instant {...part} name="to" />
      </div>
      <Logs {...part} logs={logs} />
      <Keys {...part} />
      <Reports {...part} />
      <Files
        {...part}
        name="controls"
        title={t('trace-ask.controls')}
        why={t('trace-ask.controlsWhy')}
        add={t('trace-ask.addControls')}
      >
        {draft.source === 'groups' && (
          <Tick is={draft.others} set={(others) => set({ others })}>
            {t('trace-ask.others')}
          </Tick>
        )}
      </Files>
      <Files
        {...part}
        name="setAside"
        title={t('trace-ask.setAside')}
        why={t('trace-ask.setAsideWhy')}
        add={t('trace-ask.addSetAside')}
      />
      <Field label={t('trace-ask.alpha')} help={t('trace-ask.alphaHelp')}>
        {(ids) => (
          <select {...ids} value={draft.alpha} onChange={({ target }) => set({ alpha: target.value })}>
            {[...new Set([draft.alpha, '0.05', '0.01', '0.001'])].map((alpha) => (
              <option key={alpha} value={alpha}>
                {t('trace.oneIn', { count: Math.round(1 / Number(alpha)) })}
              </option>
            ))}
          </select>
        )}
      </Field>
      {asking.error !== null && <Failed error={asking.error} />}
      <p className="actions">
        <button type="submit" className="button" disabled={asking.isPending || draft.logs.length === 0}>
          {t('trace-ask.ask')}
        </button>
        {draft.logs.length === 0 && <span className="soft">{t('trace-ask.noLog')}</span>}
      </p>
    </form>
  );
}

function Instant({ draft, set, name }: Part & Readonly<{ name: 'from' | 'to' }>) {
  const { t } = useWords();
  return (
    <Field label={t(`trace-ask.${name}`)} help={t('leaks.zone', { zone: ownZone() })}>
      {(ids) => (
        <input
          {...ids}
          required
          type="datetime-local"
          value={draft[name]}
          onChange={({ target }) => set({ [name]: target.value })}
        />
      )}
    </Field>
  );
}

const Tick = ({
  is,
  set,
  children,
}: Readonly<{ is: boolean; set: (is: boolean) => void; children: ReactNode }>) => (
  <label className="choice">
    <input type="checkbox" checked={is} onChange={({ target }) => set(target.checked)} />
    {children}
  </label>
);

/** A line of text of a row. */
function Short({
  label,
  value,
  set,
  isOptional = false,
}: Readonly<{ label: string; value: string; set: (value: string) => void; isOptional?: boolean }>) {
  return (
    <Field label={label}>
      {(ids) => (
        <input {...ids} required={!isOptional} value={value} onChange={({ target }) => set(target.value)} />
      )}
    </Field>
  );
}

function Logs({ draft, set, logs }: Part & Readonly<{ logs: readonly string[] }>) {
  const { t } = useWords();
  const change = (log: string, part: Partial<DraftLog>) =>
    set({ logs: draft.logs.map((one) => (one.log === log ? { ...one, ...part } : one)) });
  return (
    <fieldset>
      <legend>{t('trace-ask.logs')}</legend>
      <p className="help">{t('trace-ask.logsHelp')}</p>
      {logs.map((log) => {
        const chosen = draft.logs.find((one) => one.log === log);
        return (
          <div key={log}>
            <Tick
              is={chosen !== undefined}
              set={(is) =>
                set({
                  logs: is
                    ? [...draft.logs, { log, viewers: 'people', actions: '', path: '' }]
                    : draft.logs.filter((one) => one.log !== log),
                })
              }
            >
              <code>{log}</code>
            </Tick>
            {chosen !== undefined && (
              <div className="group pair">
                <Field label={t('trace-ask.viewers', { log })}>
                  {(ids) => (
                    <select
                      {...ids}
                      value={chosen.viewers}
                      onChange={({ target }) =>
                        change(log, { viewers: target.value === 'paths' ? 'paths' : 'people' })
                      }
                    >
                      <option value="people">{t('trace-ask.people')}</option>
                      <option value="paths">{t('trace-ask.paths')}</option>
                    </select>
                  )}
                </Field>
                <Short
                  label={t('trace-ask.actions', { log })}
                  value={chosen.actions}
                  set={(actions) => change(log, { actions })}
                  isOptional
                />
              </div>
            )}
          </div>
        );
      })}
      <Tick is={draft.teams} set={(teams) => set({ teams })}>
        {t('trace-ask.teams')}
      </Tick>
    </fieldset>
  );
}

function Keys({ draft, set }: Part) {
  const { t } = useWords();
  const change = (n: number, part: Partial<DraftTable>) =>
    set({ tables: draft.tables.map((one, at) => (at === n ? { ...one, ...part } : one)) });
  return (
    <fieldset>
      <legend>{t('trace-ask.routing')}</legend>
      <p className="help">{t('trace-ask.routingHelp')}</p>
      <div className="uses">
        {FIELDS.map((field) => (
          <Field key={field} label={t(`trace-ask.key.${field}`)}>
            {(ids) => (
              <select
                {...ids}
                value={draft.uses[field]}
                onChange={({ target }) =>
                  set({
                    uses: { ...draft.uses, [field]: USES.find((one) => one === target.value) ?? 'no' },
                  })
                }
              >
                {USES.map((use) => (
                  <option key={use} value={use}>
                    {t(`trace-ask.use.${use}`)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        ))}
      </div>
      {draft.tables.map((one, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name, and are only added at the end.
        <div key={n} className="group spaced">
          <div className="pair">
            <Short label={t('trace-ask.name')} value={one.name} set={(name) => change(n, { name })} />
            <Short label={t('trace-ask.at')} value={one.at} set={(at) => change(n, { at })} />
            <Short label={t('trace-ask.id')} value={one.id} set={(id) => change(n, { id })} />
            <Short label={t('trace-ask.column')} value={one.column} set={(column) => change(n, { column })} />
          </div>
          <Tick is={one.use === 'try'} set={(is) => change(n, { use: is ? 'try' : 'routing' })}>
            {t('trace-ask.onlyTry')}
          </Tick>
          <Remove at={n} all={draft.tables} set={(tables) => set({ tables })} />
        </div>
      ))}
      <p className="actions">
        <button
          type="button"
          className="button quiet"
          onClick={() => set({ tables: [...draft.tables, NO_TABLE] })}
        >
          {t('trace-ask.addTable')}
        </button>
      </p>
    </fieldset>
  );
}

function Remove<T>({
  at,
  all,
  set,
}: Readonly<{ at: number; all: readonly T[]; set: (rest: readonly T[]) => void }>) {
  const { t } = useWords();
  return (
    <button type="button" className="link" onClick={() => set(all.filter((_, n) => n !== at))}>
      {t('leaks.remove')}
    </button>
  );
}

function Reports({ draft, set }: Part) {
  const { t } = useWords();
  return (
    <fieldset>
      <legend>{t('trace-ask.reports')}</legend>
      {(['groups', 'file'] as const).map((one) => (
        <label key={one} className="choice">
          <input
            type="radio"
            name="reports"
            checked={draft.source === one}
            onChange={() => set({ source: one })}
          />
          {t(`trace-ask.from.${one}`)}
        </label>
      ))}
      {draft.source === 'file' ? (
        <FileRow file={draft.file} change={(part) => set({ file: { ...draft.file, ...part } })} />
      ) : (
        <div className="group">
          <p>
            {t('trace-ask.groups', { count: draft.groups.length })}{' '}
            <Link to="/reports">{t('trace-ask.chooseGroups')}</Link>
          </p>
          <Tick is={draft.alsoUnproved} set={(alsoUnproved) => set({ alsoUnproved })}>
            {t('trace-ask.unproved')}
          </Tick>
        </div>
      )}
    </fieldset>
  );
}

/** A file of people who reported, below the folder of the workspace. */
function FileRow({
  file,
  change,
  isNamed = false,
}: Readonly<{ file: DraftFile; change: (part: Partial<DraftFile>) => void; isNamed?: boolean }>) {
  const { t } = useWords();
  return (
    <div className="pair">
      {isNamed && <Short label={t('trace-ask.name')} value={file.name} set={(name) => change({ name })} />}
      <Short label={t('trace-ask.at')} value={file.at} set={(at) => change({ at })} />
      <Field label={t('trace-ask.by')}>
        {(ids) => (
          <select
            {...ids}
            value={file.by}
            onChange={({ target }) => change({ by: target.value === 'email' ? 'email' : 'id' })}
          >
            <option value="id">{t('scope.by.id')}</option>
            <option value="email">{t('scope.by.email')}</option>
          </select>
        )}
      </Field>
      <Short label={t('trace-ask.column')} value={file.column} set={(column) => change({ column })} />
      <Short label={t('trace-ask.time')} value={file.time} set={(time) => change({ time })} isOptional />
    </div>
  );
}

function Files({
  draft,
  set,
  name,
  title,
  why,
  add,
  children,
}: Part &
  Readonly<{
    name: 'controls' | 'setAside';
    title: string;
    why: string;
    add: string;
    children?: ReactNode;
  }>) {
  const all = draft[name];
  return (
    <fieldset>
      <legend>{title}</legend>
      <p className="help">{why}</p>
      {children}
      {all.map((one, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name, and are only added at the end.
        <div key={n} className="group spaced">
          <FileRow
            file={one}
            isNamed
            change={(part) => set({ [name]: all.map((row, at) => (at === n ? { ...row, ...part } : row)) })}
          />
          <Remove at={n} all={all} set={(rest) => set({ [name]: rest })} />
        </div>
      ))}
      <p className="actions">
        <button type="button" className="button quiet" onClick={() => set({ [name]: [...all, NO_FILE] })}>
          {add}
        </button>
      </p>
    </fieldset>
  );
}
