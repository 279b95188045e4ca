/** ENISA's scores of 2013: a second opinion beside the proposal. Each score has its reason, and can be set with one. */
import { Hatch } from '../kit/figure.tsx';
import { Field } from '../kit/form.tsx';
import { useWords } from '../words/index.tsx';
import type { Assessment, Statement } from './risk.queries.ts';
import type { Edit } from './risk.values.ts';

type Opinion = Assessment['severity'];
type Part = keyof NonNullable<Statement['severity']>;
const SCORES: Readonly<Record<Part, readonly number[]>> = {
  dpc: [1, 2, 3, 4],
  ei: [0.25, 0.5, 0.75, 1],
  confidentiality: [0, 0.25, 0.5],
  integrity: [0, 0.25, 0.5],
  availability: [0, 0.25, 0.5],
  malice: [0, 0.5],
};
const PARTS = Object.keys(SCORES) as Part[];
const scoredIn = (severity: Opinion, part: Part) =>
  part === 'dpc' || part === 'ei' ? severity[part] : severity.cb[part];

type Ends = Readonly<{ min: number; max: number }>;

/** From least to most, the uncertain end behind the hatch. */
function Span({ min, max }: Ends) {
  const { t, number } = useWords();
  return min === max ? (
    number(min)
  ) : (
    <>
      {number(min)} <span className="unseen">{t('times.to')}</span> <Hatch />
      {number(max)}
    </>
  );
}

export function Severity({
  assessment: { severity },
  edit,
}: Readonly<{ assessment: Assessment; edit: Edit | undefined }>) {
  const { t, named } = useWords();
  return (
    <section aria-labelledby="severity">
      <h2 id="severity">{t('severity.title')}</h2>
      <p className="large less">
        {severity.bands.length > 1 && <Hatch />}
        {severity.bands.map((one) => named('severity', one)).join(' – ')}{' '}
        <span className="large-words">
          {'SE = '}
          <Span min={severity.se.min} max={severity.se.max} />
          {severity.flags.map((flag) => ` · ${named('severity', `flag.${flag}`)}`).join('')}
        </span>
      </p>
      <p className="soft">{t('severity.ignores')}</p>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('severity.part')}</th>
            <th scope="col" className="amount">
              {t('severity.score')}
            </th>
            <th scope="col">{t('severity.reason')}</th>
          </tr>
        </thead>
        <tbody>
          {PARTS.map((part) => {
            const scored = scoredIn(severity, part);
            return (
              <tr key={part}>
                <th scope="row">{named('severity-part', part)}</th>
                <td className="amount">
                  <Span min={scored.min} max={scored.max} />
                </td>
                <td>
                  <span lang="en">{scored.why}</span>
                  {scored.setBy !== undefined && (
                    <span className="soft">{` (${t('severity.setBy', { name: scored.setBy })})`}</span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {edit !== undefined && (
        <details className="more on-screen">
          <summary>{t('severity.set')}</summary>
          <div className="form">
            {PARTS.map((part) => (
              <SetScore key={part} part={part} edit={edit} />
            ))}
          </div>
        </details>
      )}
    </section>
  );
}

function SetScore({ part, edit: { statement, onChange } }: Readonly<{ part: Part; edit: Edit }>) {
  const { t, named, number } = useWords();
  const set = statement.severity?.[part];
  const change = (next: Readonly<{ score: number; why: string }> | undefined) => {
    const { [part]: _, ...others } = statement.severity ?? {};
    onChange({
      ...statement,
      severity: (next === undefined ? others : { ...others, [part]: next }) as NonNullable<
        Statement['severity']
      >,
    });
  };
  return (
    <>
      <Field label={named('severity-part', part)}>
        {(ids) => (
          <select
            {...ids}
            value={set?.score ?? ''}
            onChange={({ target }) =>
              change(target.value === '' ? undefined : { score: Number(target.value), why: set?.why ?? '' })
            }
          >
            <option value="">{t('severity.asRules')}</option>
            {SCORES[part].map((one) => (
              <option key={one} value={one}>
                {number(one)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {set !== undefined && (
        <Field label={t('severity.why')}>
          {(ids) => (
            <input
              {...ids}
              required
              maxLength={2000}
              value={set.why}
              onChange={({ target }) => change({ score: set.score, why: target.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}
