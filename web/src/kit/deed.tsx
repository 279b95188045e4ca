/** Something that may be done, behind its name: a form of told fields, what was refused of it, and what it answered with. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, type SubmitEvent, useState } from 'react';
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
  /** It stands on the page, and not behind its name. */
  isOpen?: boolean;
  /** What is shown once it is done. */
  children?: (done: T) => ReactNode;
}>;

export function Deed<P extends Parts<Key>, T>(props: Props<P, T>) {
  const { name, isOpen = false, children } = props;
  const [isShown, setShown] = useState(isOpen);
  const [done, setDone] = useState<{ value: T }>();
  const handleDone = (value: T) => {
    setDone({ value });
    if (!isOpen) setShown(false);
  };
  const told = done !== undefined && children !== undefined && (
    <div className="empty" role="status">
      {children(done.value)}
    </div>
  );
  if (isOpen)
    return (
      <>
        {told}
        <DeedForm {...props} onDone={handleDone} />
      </>
    );
  return (
    <>
      <details
        className="whole deed"
        open={isShown}
        onToggle={({ currentTarget }) => setShown(currentTarget.open)}
      >
        <summary>{name}</summary>
        {isShown && <DeedForm {...props} onDone={handleDone} />}
      </details>
      {told}
    </>
  );
}

const wordsIn = (parts: Parts<Key>, raws: Raws): string =>
  Object.entries(parts)
    .filter(([, { is }]) => is === 'prose' || is === 'line' || is === 'lines')
    .map(([name]) => raws[name])
    .join('\n');

function DeedForm<P extends Parts<Key>, T>({
  name,
  why,
  parts,
  run,
  sure,
  onDone,
}: Props<P, T> & Readonly<{ onDone: (done: T) => void }>) {
  const queries = useQueryClient();
  const [raws, setRaws] = useState<Raws>(() => firstOf(parts));
  const keep = useUnsaved(wordsIn(parts, raws) !== wordsIn(parts, firstOf(parts)));
  const doing = useMutation({
    mutationFn: async () => run(await givenBy(parts, raws)),
    onSuccess: async (done) => {
      keep();
      setRaws(firstOf(parts));
      onDone(done);
      // A deed may change whatever is looked at.
      await queries.invalidateQueries();
    },
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (sure === undefined || window.confirm(sure)) doing.mutate();
  };
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
            onRaw={(raw) => setRaws((before) => ({ ...before, [field]: raw }))}
            onOrigin={(raw) => setRaws((before) => ({ ...before, [originOf(field)]: raw }))}
          />
        ))}
      {doing.error !== null && <Failed error={doing.error} />}
      <p className="actions">
        <button type="submit" className="button quiet" disabled={doing.isPending}>
          {name}
        </button>
      </p>
    </form>
  );
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
