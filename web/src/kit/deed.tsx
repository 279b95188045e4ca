/** Something that may be done, behind its name: a form of told fields, what was refused of it, and what it answered with. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Dispatch, type ReactNode, type SetStateAction, type SubmitEvent, useState } from 'react';
import { type Key, useWords } from '../words/index.tsx';
import {
  firstOf,
  type Given,
  givenBy,
  isAsked,
  originOf,
  type Part,
  type Parts,
  type Raw,
  type Raws,
} from './deed.parts.ts';
import { Field, ownZone } from './form.tsx';
import {
  conflictsOf,
  type Groups,
  isTouched,
  type Typing,
  UNTOUCHED,
  valuesOf,
  withMine,
  withTheirs,
  withTyped,
} from './meanwhile.rules.ts';
import { type Conflict, Conflicts } from './meanwhile.tsx';
import { useName, useNames } from './names.ts';
import { Failed } from './states.tsx';
import { useUnsaved } from './unsaved.ts';

type Props<P extends Parts<Key>, T> = Readonly<{
  /** What is done, as its button says it. */
  name: string;
  why?: string;
  parts: P;
  run: (given: Given<P>) => Promise<T>;
  /** Asked before what can't be taken back. */
  sure?: string;
  /** Parts that go to the server as one, where what somebody else says of one of them concerns all. */
  groups?: Groups;
  /** What is shown once it is done. */
  children?: (done: T) => ReactNode;
}>;

export function Deed<P extends Parts<Key>, T>(props: Props<P, T>) {
  const { name, children } = props;
  const [isShown, setShown] = useState(false);
  const [typing, setTyping] = useState(UNTOUCHED);
  const [done, setDone] = useState<{ value: T }>();
  const handleDone = (value: T) => {
    setDone({ value });
    setTyping(UNTOUCHED);
    setShown(false);
  };
  return (
    <>
      <details
        className="whole deed"
        open={isShown}
        onToggle={({ currentTarget }) => setShown(currentTarget.open)}
      >
        <summary>{name}</summary>
        {/* Closed, it keeps what was typed in it; a file that was chosen is known to its field alone. */}
        {(isShown || isTouched(typing)) && (
          <DeedForm {...props} typing={typing} onTyping={setTyping} onDone={handleDone} />
        )}
      </details>
      {done !== undefined && children !== undefined && (
        <div className="empty" role="status">
          {children(done.value)}
        </div>
      )}
    </>
  );
}

const wordsIn = (parts: Parts<Key>, raws: Raws): string =>
  Object.entries(parts)
    .filter(([, { is }]) => is === 'prose' || is === 'line' || is === 'lines')
    .map(([name]) => raws[name])
    .join('\n');

const NO_GROUPS: Groups = [];

function DeedForm<P extends Parts<Key>, T>({
  name,
  why,
  parts,
  run,
  sure,
  groups = NO_GROUPS,
  typing,
  onTyping,
  onDone,
}: Props<P, T> &
  Readonly<{
    typing: Typing;
    onTyping: Dispatch<SetStateAction<Typing>>;
    onDone: (done: T) => void;
  }>) {
  const queries = useQueryClient();
  const now = firstOf(parts);
  const raws: Raws = valuesOf(typing, now) as Raws;
  const keep = useUnsaved(wordsIn(parts, raws) !== wordsIn(parts, now));
  const conflicts = useConflicts(parts, typing, groups);
  const doing = useMutation({
    mutationFn: async () => run(await givenBy(parts, raws)),
    onSuccess: async (done) => {
      keep();
      onDone(done);
      // A deed may change whatever is looked at.
      await queries.invalidateQueries();
    },
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (sure === undefined || window.confirm(sure)) doing.mutate();
  };
  const handleRaw = (field: string, raw: Raw) =>
    onTyping((before) => withTyped(before, now, groups, [field, raw]));
  return (
    <form className="form" onSubmit={handleSubmit}>
      {why !== undefined && <p className="soft">{why}</p>}
      {Object.entries(parts)
        .filter(([, part]) => isAsked(part, raws))
        .map(([field, part]) => (
          <Asked
            key={field}
            part={part}
            raw={raws[field]}
            origin={String(raws[originOf(field)] ?? '')}
            onRaw={(raw) => handleRaw(field, raw)}
            onOrigin={(raw) => handleRaw(originOf(field), raw)}
          />
        ))}
      {doing.error !== null && <Failed error={doing.error} />}
      <Conflicts
        of={conflicts}
        onTheirs={(fields) => onTyping((before) => withTheirs(before, fields))}
        onMine={(fields) => onTyping((before) => withMine(before, now, fields))}
      />
      <p className="actions">
        <button type="submit" className="button quiet" disabled={doing.isPending || conflicts.length > 0}>
          {name}
        </button>
      </p>
    </form>
  );
}

/** Where what is typed here and what somebody else has said meanwhile differ, in words. */
function useConflicts(parts: Parts<Key>, typing: Typing, groups: Groups): readonly Conflict[] {
  const { t, named } = useWords();
  const nameOf = useName();
  const now = firstOf(parts);
  const mine = valuesOf(typing, now);
  const one = (group: string, id: string) => (group === 'person' ? nameOf(id) : named(group, id));
  const said = ({ group }: Part<unknown, Key>, raw: unknown): string => {
    if (Array.isArray(raw)) return raw.map((id: string) => one(group ?? '', id)).join(', ');
    return group === undefined || raw === '' ? String(raw) : one(group, String(raw));
  };
  return conflictsOf(typing, now, groups).flatMap((fields) => {
    const places = fields.flatMap((field) => {
      const part = parts[field];
      // What begins with nothing of the server's is nobody else's.
      if (part?.first === undefined) return [];
      return [{ label: t(part.label), theirs: said(part, now[field]), mine: said(part, mine[field]) }];
    });
    return places.length === 0 ? [] : [{ fields, places }];
  });
}

type AskedProps = Readonly<{
  part: Part<unknown, Key>;
  raw: Raw;
  origin: string;
  onRaw: (raw: Raw) => void;
  onOrigin: (origin: string) => void;
}>;

const INPUTS = {
  line: 'text',
  email: 'email',
  secret: 'password',
  password: 'password',
  moment: 'datetime-local',
  received: 'datetime-local',
  date: 'date',
  number: 'number',
} as const;

const AUTOCOMPLETE: Readonly<Record<string, string>> = {
  secret: 'new-password',
  password: 'current-password',
};

function Asked({ part, raw, origin, onRaw, onOrigin }: AskedProps) {
  const { t } = useWords();
  const { is, help, isOptional } = part;
  const label = isOptional ? t('ask.optional', { label: t(part.label) }) : t(part.label);
  if (is === 'check')
    return (
      <label className="check">
        <input type="checkbox" checked={raw === true} onChange={({ target }) => onRaw(target.checked)} />
        {t(part.label)}
      </label>
    );
  if (is === 'some') return <Several part={part} raw={raw} onRaw={onRaw} />;
  if (is === 'proof')
    return (
      <ProofFields label={label} part={part} raw={raw} origin={origin} onRaw={onRaw} onOrigin={onOrigin} />
    );
  const zone = is === 'moment' || is === 'received' ? t('leaks.zone', { zone: ownZone() }) : undefined;
  const text = String(raw ?? '');
  return (
    <Field label={label} help={help === undefined ? zone : t(help)}>
      {(ids) =>
        is === 'one' || is === 'person' ? (
          <Choice ids={ids} part={part} value={text} onRaw={onRaw} />
        ) : is === 'prose' || is === 'lines' ? (
          <textarea
            {...ids}
            required={!isOptional}
            rows={3}
            maxLength={20_000}
            value={text}
            onChange={({ target }) => onRaw(target.value)}
          />
        ) : (
          <input
            {...ids}
            type={INPUTS[is]}
            required={!isOptional}
            autoComplete={AUTOCOMPLETE[is] ?? 'off'}
            value={text}
            onChange={({ target }) => onRaw(target.value)}
          />
        )
      }
    </Field>
  );
}

type ChoiceProps = Readonly<{
  ids: object;
  part: Part<unknown, Key>;
  value: string;
  onRaw: (raw: Raw) => void;
}>;

function Choice({ ids, part: { is, options = [], group = '', isOptional }, value, onRaw }: ChoiceProps) {
  const { t, named } = useWords();
  const names = useNames();
  const all = is === 'person' ? names : options.map((id) => ({ id, name: named(group, id) }));
  return (
    <select {...ids} required={!isOptional} value={value} onChange={({ target }) => onRaw(target.value)}>
      {(isOptional || is === 'person') && <option value="">{t('ask.choose')}</option>}
      {all.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}

function Several({ part, raw, onRaw }: Pick<AskedProps, 'part' | 'raw' | 'onRaw'>) {
  const { t, named } = useWords();
  const nameOf = useName();
  const { options = [], group = '', label, help } = part;
  const chosen = Array.isArray(raw) ? (raw as readonly string[]) : [];
  return (
    <fieldset>
      <legend>{t(label)}</legend>
      {help !== undefined && <p className="help">{t(help)}</p>}
      {options.map((one) => (
        <label key={one} className="check">
          <input
            type="checkbox"
            checked={chosen.includes(one)}
            onChange={({ target }) =>
              onRaw(target.checked ? [...chosen, one] : chosen.filter((other) => other !== one))
            }
          />
          {group === 'person' ? nameOf(one) : named(group, one)}
        </label>
      ))}
    </fieldset>
  );
}

/** The file stays where it is: its hash, its name and where it comes from are registered. */
function ProofFields({
  label,
  part,
  raw,
  origin,
  onRaw,
  onOrigin,
}: AskedProps & Readonly<{ label: string }>) {
  const { t } = useWords();
  return (
    <>
      <Field label={label} help={t('ask.proofHelp')}>
        {(ids) => (
          <input
            {...ids}
            type="file"
            required={!part.isOptional}
            onChange={({ target }) => onRaw(target.files?.[0])}
          />
        )}
      </Field>
      {raw instanceof File && (
        <Field label={t('file.origin')}>
          {(ids) => (
            <input
              {...ids}
              required
              maxLength={2000}
              value={origin}
              onChange={({ target }) => onOrigin(target.value)}
            />
          )}
        </Field>
      )}
    </>
  );
}
