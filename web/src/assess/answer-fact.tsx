/** A question of the law is answered where it is asked: what somebody states is labelled so, and the duties are told anew. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { answerOf, api } from '../app/client.ts';
import { moment, one } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { useWords } from '../words/index.tsx';

const MOMENTS = ['discovered', 'determined', 'confirmed', 'assessed', 'suspected'] as const;
const YES_NO = [
  'improperPurpose',
  'goodFaith',
  'riskRemoved',
  'disproportionateEffort',
  'authorityOrdersNotice',
  'noticeNeededForProtection',
  'seriousHarm',
  'significantHarm',
  'seriousInjury',
  'significantEffect',
  'largeScale',
  'minorsOrElderly',
  'professionalSecrecy',
  'propertyDamage',
  'identityTheftRisk',
  'cardUsableWithoutCode',
  'passwordOpensAccount',
  'displayNameIsName',
  'passwordRecoverable',
  'opensEmailAccount',
  'credentialsFromUs',
] as const;
type Stated = (typeof MOMENTS)[number] | (typeof YES_NO)[number] | 'protection' | 'acquisition';

const partsOf = (fact: Stated) => {
  if (fact === 'protection')
    return {
      value: one('answer-fact.value', ['none', 'encrypted', 'encrypted-key-taken', 'redacted'], {
        group: 'protection',
      }),
    };
  if (fact === 'acquisition')
    return { value: one('answer-fact.value', ['acquired', 'accessed'], { group: 'acquisition' }) };
  return MOMENTS.some((known) => known === fact)
    ? { value: moment('answer-fact.when') }
    : { value: one('answer-fact.value', ['yes', 'no'], { group: 'yes-no' }) };
};

const statedOf = (fact: string): Stated | undefined =>
  [...MOMENTS, ...YES_NO, 'protection' as const, 'acquisition' as const].find((known) => known === fact);

/** Nothing where the question is not of a fact that a person states, or is of one with several parts. */
export function AnswerFact({ incident, fact }: Readonly<{ incident: string; fact: string }>) {
  const { t } = useWords();
  const stated = statedOf(fact);
  const facts = useQuery({
    queryKey: ['incident', incident, 'law-facts'],
    queryFn: () =>
      answerOf(api.GET('/api/incidents/{incident}/law-facts', { params: { path: { incident } } })),
    enabled: stated !== undefined,
  });
  if (fact === 'risk')
    return (
      <Link to="/incidents/$incident/decide" params={{ incident }} className="whole">
        {t('answer-fact.decide')}
      </Link>
    );
  if (stated === undefined || facts.data === undefined) return null;
  const { version } = facts.data;
  return (
    <Deed
      name={t('answer-fact.answer')}
      why={t('answer-fact.why')}
      parts={partsOf(stated)}
      run={({ value }) =>
        answerOf(
          api.PATCH('/api/incidents/{incident}/law-facts', {
            params: { path: { incident } },
            body: { version, [stated]: value },
          }),
        )
      }
    />
  );
}
