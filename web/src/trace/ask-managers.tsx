/** From a count of what everybody can see: managers are asked of one role whether it is needed. */
import type { AccessAnswer } from '@forthright/contract';
import { Link } from '@tanstack/react-router';
import { answerOf, api } from '../app/client.ts';
import { moment, one, person } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { useWords } from '../words/index.tsx';
import type { OfRun } from './queries.ts';

export function AskManagers({ of, answer }: Readonly<{ of: OfRun; answer: AccessAnswer }>) {
  const { t } = useWords();
  const roles = [...new Set(answer.cut.map(({ role }) => role))].sort();
  if (roles.length === 0) return null;
  const parts = {
    role: one('reviews.role', roles, { group: 'no-group' }),
    reviewer: person('reviews.reviewer'),
    due: moment('reviews.due'),
    owner: person('reviews.owner'),
    cutBy: moment('reviews.cutBy'),
  };
  return (
    <Deed
      name={t('reviews.open')}
      why={t('reviews.openWhy')}
      parts={parts}
      run={({ role, reviewer, ...others }) =>
        answerOf(
          api.POST('/api/incidents/{incident}/access-reviews', {
            params: { path: { incident: of.incident } },
            body: { trace: of.trace, job: of.job, ...others, asks: [{ role, reviewer }] },
          }),
        )
      }
    >
      {() => (
        <p>
          <Link to="/incidents/$incident/access-reviews" params={{ incident: of.incident }}>
            {t('reviews.asked')}
          </Link>
        </p>
      )}
    </Deed>
  );
}
