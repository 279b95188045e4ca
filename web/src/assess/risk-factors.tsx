/** What the proposal rests on: each factor with its value and where that comes from, or the hatch; and the way to answer it. */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type EvidenceOf, Hatch, Mark } from '../kit/figure.tsx';
import { Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import { type Assessment, type FactorId, type Factors, riskQueries } from './risk.queries.ts';
import { DATA_KINDS, type Edit } from './risk.values.ts';
import { FactorEditor } from './risk-answer.tsx';

const RECORDED: Readonly<Partial<Record<string, EvidenceOf>>> = {
  people: 'people',
  fields: 'fields',
  recipients: 'recipients',
  seen: 'times',
  'people, gaps': 'gaps',
};

export function FactorTable({
  incident,
  assessment,
  edit,
}: Readonly<{ incident: string; assessment: Assessment; edit: Edit | undefined }>) {
  const { t, named } = useWords();
  const questions = useQuery(riskQueries.questions);
  const { restsOnOrdinary } = assessment.proposal;
  return (
    <section aria-labelledby="factors">
      <h2 id="factors">{t('risk.factors')}</h2>
      <p className="soft">{t('risk.factorsWhy')}</p>
      {edit !== undefined && (
        <label className="choice">
          <input
            type="checkbox"
            checked={edit.statement.ordinary === true}
            onChange={({ target }) => edit.onChange({ ...edit.statement, ordinary: target.checked })}
          />
          {t('risk.ordinary')}
        </label>
      )}
      {restsOnOrdinary.length > 0 && (
        <div className="soft rests-on">
          <p>{t('risk.ordinaryOn')}</p>
          <ul>
            {restsOnOrdinary.map((one) => (
              <li key={one}>{named('risk-ask', one)}</li>
            ))}
          </ul>
        </div>
      )}
      {edit !== undefined && assessment.unmapped.length > 0 && (
        <Unmapped fields={assessment.unmapped} edit={edit} />
      )}
      <Loaded query={questions}>
        {({ factors }) => (
          <table className="table factors">
            <thead>
              <tr>
                <th scope="col">{t('risk.question')}</th>
                <th scope="col">{t('risk.known')}</th>
                <th scope="col">{t('risk.from')}</th>
                {edit !== undefined && (
                  <td className="on-screen">
                    <span className="unseen">{t('risk.change')}</span>
                  </td>
                )}
              </tr>
            </thead>
            <tbody>
              {factors.map(({ factor, values }) => (
                <Row
                  key={factor}
                  factor={factor}
                  values={values.map(({ value }) => value)}
                  incident={incident}
                  factors={assessment.factors}
                  edit={edit}
                />
              ))}
            </tbody>
          </table>
        )}
      </Loaded>
    </section>
  );
}

function Row({
  factor,
  values,
  incident,
  factors,
  edit,
}: Readonly<{
  factor: FactorId;
  values: readonly string[];
  incident: string;
  factors: Factors;
  edit: Edit | undefined;
}>) {
  const { t, named } = useWords();
  const { factor: open } = useSearch({ from: '/incidents/$incident/risk' });
  const isOpen = edit !== undefined && open === factor;
  return (
    <>
      <tr id={`factor-${factor}`}>
        <th scope="row">{named('risk-ask', factor)}</th>
        <td>
          <FactorValue factor={factor} factors={factors} />
        </td>
        <td>
          <From factor={factor} factors={factors} incident={incident} />
        </td>
        {edit !== undefined && (
          <td className="on-screen">
            <Link
              to="/incidents/$incident/risk"
              params={{ incident }}
              search={({ factor: _, ...before }) => (isOpen ? before : { ...before, factor })}
              resetScroll={false}
              aria-expanded={isOpen}
              aria-label={`${t(isOpen ? 'risk.closeRow' : 'risk.change')}: ${named('risk-ask', factor)}`}
            >
              {t(isOpen ? 'risk.closeRow' : 'risk.change')}
            </Link>
          </td>
        )}
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={4} className="factor-editor">
            <FactorEditor factor={factor} values={values} edit={edit} />
          </td>
        </tr>
      )}
    </>
  );
}

const isOneOf = <T extends string>(some: readonly T[], one: string): one is T => some.includes(one as T);

function FactorValue({ factor, factors }: Readonly<{ factor: FactorId; factors: Factors }>) {
  const { t, named, number } = useWords();
  const found = factors[factor];
  if (!found.known)
    return (
      <span className="unknown">
        <Hatch /> {t('risk.unknown')}
      </span>
    );
  const { value } = found;
  if (typeof value === 'string')
    return <>{factor === 'how' ? named('risk-how', value) : named('risk-value', `${factor}.${value}`)}</>;
  if (!Array.isArray(value))
    return value.min === value.max ? (
      number(value.min)
    ) : (
      <>
        {number(value.min)} <span className="unseen">{t('times.to')}</span> <Hatch />
        {number(value.max)}
      </>
    );
  return (
    <ul className="plain">
      {value.map((one) =>
        typeof one === 'string' ? (
          <li key={one}>{named('risk-data', one)}</li>
        ) : (
          <li key={JSON.stringify(one)}>
            {one.count === null ? (
              <>
                <Hatch /> {t('risk.countUnknown')}{' '}
              </>
            ) : (
              `${number(one.count.max)} `
            )}
            {one.who === null ? (
              <>
                <Hatch /> {t('risk.unknown')}
              </>
            ) : (
              named('risk-who', one.who)
            )}
            {', '}
            {one.deletion === null ? (
              <>
                <Hatch /> {t('risk.deletion')}
              </>
            ) : (
              named('risk-deletion', one.deletion)
            )}
          </li>
        ),
      )}
    </ul>
  );
}

function From({
  factor,
  factors,
  incident,
}: Readonly<{ factor: FactorId; factors: Factors; incident: string }>) {
  const { t } = useWords();
  const found = factors[factor];
  if (!found.known) return null;
  const { source } = found;
  switch (source.kind) {
    case 'computed': {
      const evidence = RECORDED[source.from];
      return evidence === undefined ? (
        <span className="soft">{t('risk.ofLogs')}</span>
      ) : (
        <Link to="/incidents/$incident" params={{ incident }} search={{ evidence }} className="evident soft">
          {t('risk.ofLogs')}
          <Mark />
        </Link>
      );
    }
    case 'incident':
      return <span className="soft">{t('risk.ofRecord')}</span>;
    case 'ordinary':
      return <span className="soft">{t('risk.ofOrdinary', { name: source.by })}</span>;
    case 'stated':
      return (
        <span className="soft">
          {t('risk.ofStated', { name: source.by })}
          {source.insteadOf !== undefined && (
            <span className="whole-line">
              {t('risk.instead')} <span lang="en">{source.insteadOf}</span>
            </span>
          )}
        </span>
      );
  }
}

/** Fields of the logs of which no list says what they are: until somebody does, the kinds of data are unknown. */
function Unmapped({
  fields,
  edit: { statement, onChange },
}: Readonly<{ fields: readonly string[]; edit: Edit }>) {
  const { t, named } = useWords();
  return (
    <div className="empty">
      <p>
        <Hatch /> {t('risk.unmapped')}
      </p>
      {fields.map((field) => (
        <label key={field} className="field">
          {t('risk.kindOf', { field })}
          <select
            value={statement.fields?.[field] ?? ''}
            onChange={({ target }) => {
              const { [field]: _, ...others } = statement.fields ?? {};
              onChange({
                ...statement,
                fields: isOneOf(DATA_KINDS, target.value) ? { ...others, [field]: target.value } : others,
              });
            }}
          >
            <option value="">{t('risk.unknown')}</option>
            {DATA_KINDS.map((one) => (
              <option key={one} value={one}>
                {named('risk-data', one)}
              </option>
            ))}
          </select>
        </label>
      ))}
    </div>
  );
}
