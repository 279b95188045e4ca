/** Answering one factor. What is left as it is stays with the logs and the record. */
import { Field } from '../kit/form.tsx';
import { useWords } from '../words/index.tsx';
import type { FactorId, Stated } from './risk.queries.ts';
import { DATA_KINDS, type Edit } from './risk.values.ts';

type Props = Readonly<{ factor: FactorId; edit: Edit }>;
const BREACHES = ['confidentiality', 'integrity', 'availability'] as const;
const NATURES = [
  'abuse-of-access',
  'ransomware',
  'hacking-or-malware',
  'phishing',
  'vulnerability',
  'unauthorised-access',
  'exfiltration',
  'mix-up',
  'device-lost-or-stolen',
  'e-waste',
  'paper-disposal',
  'mail-lost-or-opened',
  'misconfiguration',
  'wrong-permissions',
  'paper-lost-or-stolen',
  'data-deleted',
  'shown-to-wrong-recipient',
  'sent-by-mistake',
  'open-distribution-list',
  'malfunction',
  'data-modified',
  'published',
  'spoken',
  'other',
] as const;
const TRUST = ['trusted', 'mistaken', 'unidentified', 'public', 'malicious'] as const;
const DELETIONS = ['unread', 'confirmed', 'not-confirmed'] as const;

/** The name under which it is stated: three kinds of breach are one list. */
const statedAs = (factor: FactorId): keyof Stated =>
  factor === 'confidentiality' || factor === 'integrity' || factor === 'availability' ? 'kinds' : factor;

export function FactorEditor({ factor, values, edit }: Props & Readonly<{ values: readonly string[] }>) {
  const { t } = useWords();
  const { statement, onChange } = edit;
  return (
    <div className="form">
      <OwnEditor factor={factor} values={values} edit={edit} />
      {statement.factors[statedAs(factor)] !== undefined && (
        <Field label={t('risk.why')} help={t('risk.whyHelp')}>
          {(ids) => (
            <input
              {...ids}
              maxLength={2000}
              value={statement.instead?.[factor] ?? ''}
              onChange={({ target }) => {
                const { [factor]: _, ...others } = statement.instead ?? {};
                onChange({
                  ...statement,
                  instead: target.value === '' ? others : { ...others, [factor]: target.value },
                });
              }}
            />
          )}
        </Field>
      )}
    </div>
  );
}

/** States it, or leaves it to the logs and the record. */
function useStated<F extends keyof Stated>(name: F, { statement, onChange }: Edit) {
  const set = (value: Stated[F] | undefined) => {
    const { [name]: _, ...others } = statement.factors;
    onChange({ ...statement, factors: value === undefined ? others : { ...others, [name]: value } });
  };
  return [statement.factors[name], set] as const;
}

function OwnEditor({ factor, values, edit }: Props & Readonly<{ values: readonly string[] }>) {
  const { named } = useWords();
  switch (factor) {
    case 'confidentiality':
    case 'integrity':
    case 'availability':
      return <Breaches edit={edit} />;
    case 'data':
      return <Data edit={edit} />;
    case 'people':
    case 'hours':
      return <Amount factor={factor} edit={edit} />;
    case 'recipients':
      return <Recipients edit={edit} />;
    case 'how':
      return <Pick factor={factor} values={NATURES} words={(one) => named('risk-how', one)} edit={edit} />;
    default:
      return (
        <Pick
          factor={factor}
          values={values}
          words={(one) => named('risk-value', `${factor}.${one}`)}
          edit={edit}
        />
      );
  }
}

function Pick({
  factor,
  values,
  words,
  edit,
}: Props & Readonly<{ values: readonly string[]; words: (value: string) => string }>) {
  const { t } = useWords();
  const name = statedAs(factor);
  const [value, set] = useStated(name, edit);
  return (
    <Field label={t('risk.pick')}>
      {(ids) => (
        <select
          {...ids}
          value={typeof value === 'string' ? value : ''}
          // The values are those that the server lists for this factor.
          onChange={({ target }) =>
            set((target.value === '' ? undefined : target.value) as Stated[typeof name])
          }
        >
          <option value="">{t('risk.leave')}</option>
          <option value="unknown">{t('risk.unknown')}</option>
          {values.map((one) => (
            <option key={one} value={one}>
              {words(one)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Ticks<T extends string>({
  all,
  chosen,
  words,
  legend,
  onChange,
}: Readonly<{
  all: readonly T[];
  chosen: readonly T[];
  words: (one: T) => string;
  legend: string;
  onChange: (next: T[] | undefined) => void;
}>) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {all.map((one) => (
        <label key={one} className="choice">
          <input
            type="checkbox"
            checked={chosen.includes(one)}
            onChange={({ target }) => {
              const next = all.filter((each) => (each === one ? target.checked : chosen.includes(each)));
              onChange(next.length === 0 ? undefined : next);
            }}
          />
          {words(one)}
        </label>
      ))}
    </fieldset>
  );
}

function Breaches({ edit }: Readonly<{ edit: Edit }>) {
  const { t, named } = useWords();
  const [value, set] = useStated('kinds', edit);
  return (
    <Ticks
      all={BREACHES}
      chosen={Array.isArray(value) ? value : []}
      words={(one) => named('risk-ask', one)}
      legend={t('risk.pick')}
      onChange={set}
    />
  );
}

function Data({ edit }: Readonly<{ edit: Edit }>) {
  const { t, named } = useWords();
  const [value, set] = useStated('data', edit);
  return (
    <Ticks
      all={DATA_KINDS}
      chosen={Array.isArray(value) ? value : []}
      words={(one) => named('risk-data', one)}
      legend={t('risk.pick')}
      onChange={set}
    />
  );
}

type Range = Readonly<{ min: number; max: number }>;
const rangeOf = (value: unknown): Range | undefined =>
  typeof value === 'number'
    ? { min: value, max: value }
    : typeof value === 'object' && value !== null
      ? (value as Range)
      : undefined;

/** A number, or the least and the most that it can be; one of the two alone is both. */
function Numbers({
  value,
  onChange,
}: Readonly<{ value: Range | undefined; onChange: (next: Range | undefined) => void }>) {
  const { t } = useWords();
  const change = (end: 'min' | 'max', raw: string) => {
    if (raw === '') return onChange(undefined);
    const given = Math.max(0, Math.trunc(Number(raw)));
    const before = value ?? { min: given, max: given };
    onChange(
      end === 'min'
        ? { min: given, max: Math.max(given, before.max) }
        : { min: Math.min(given, before.min), max: given },
    );
  };
  return (
    <div className="pair">
      {(['min', 'max'] as const).map((end) => (
        <Field key={end} label={t(end === 'min' ? 'risk.atLeast' : 'risk.atMost')}>
          {(ids) => (
            <input
              {...ids}
              type="number"
              min={0}
              value={value?.[end] ?? ''}
              onChange={({ target }) => change(end, target.value)}
            />
          )}
        </Field>
      ))}
    </div>
  );
}

function Amount({ factor, edit }: Readonly<{ factor: 'people' | 'hours'; edit: Edit }>) {
  const [value, set] = useStated(factor, edit);
  return <Numbers value={rangeOf(value)} onChange={set} />;
}

type Group = Exclude<NonNullable<Stated['recipients']>, 'unknown'>[number];

function Recipients({ edit }: Readonly<{ edit: Edit }>) {
  const { t } = useWords();
  const [value, set] = useStated('recipients', edit);
  const groups: readonly Group[] = Array.isArray(value) ? value : [];
  const change = (next: readonly Group[]) => set(next.length === 0 ? undefined : [...next]);
  return (
    <>
      {groups.map((group, at) => (
        <RecipientGroup
          // biome-ignore lint/suspicious/noArrayIndexKey: a group has no name but its place.
          key={at}
          group={group}
          onChange={(next) =>
            change(groups.flatMap((one, i) => (i === at ? (next === undefined ? [] : [next]) : [one])))
          }
        />
      ))}
      <p className="actions">
        <button type="button" className="button quiet" onClick={() => change([...groups, {}])}>
          {t('risk.addRecipients')}
        </button>
      </p>
    </>
  );
}

function RecipientGroup({
  group,
  onChange,
}: Readonly<{ group: Group; onChange: (next: Group | undefined) => void }>) {
  const { t, named } = useWords();
  const pick = (name: 'who' | 'deletion', all: readonly string[], word: (one: string) => string) => (
    <Field label={t(name === 'who' ? 'risk.who' : 'risk.deletion')}>
      {(ids) => (
        <select
          {...ids}
          value={group[name] ?? ''}
          onChange={({ target }) => {
            const { [name]: _, ...others } = group;
            onChange(target.value === '' ? others : { ...others, [name]: target.value });
          }}
        >
          <option value="">{t('risk.notSaid')}</option>
          <option value="unknown">{t('risk.unknown')}</option>
          {all.map((one) => (
            <option key={one} value={one}>
              {word(one)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
  return (
    <fieldset className="group">
      <legend>{t('risk.group')}</legend>
      {pick('who', TRUST, (one) => named('risk-who', one))}
      <Numbers
        value={rangeOf(group.count)}
        onChange={(count) => {
          const { count: _, ...others } = group;
          onChange(count === undefined ? others : { ...others, count });
        }}
      />
      {pick('deletion', DELETIONS, (one) => named('risk-deletion', one))}
      <p className="actions">
        <button type="button" className="link" onClick={() => onChange(undefined)}>
          {t('risk.removeGroup')}
        </button>
      </p>
    </fieldset>
  );
}
