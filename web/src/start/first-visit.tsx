/** The first visit: two ways, both to the six answers. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { answerOf, api } from '../app/client.ts';
import { hasOne, type Role, useMe, WORKERS } from '../app/session.ts';
import { Failed } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';

export function FirstVisit() {
  const { t } = useWords();
  const me = useMe();
  const isKeeper = me.roles.includes('administrator');
  const mayOpen = hasOne(me, WORKERS);
  return (
    <>
      <h1>{t('start.title')}</h1>
      <p className="lead">{t('start.lead')}</p>
      <div className="ways-in">
        <section>
          <h2>{t('start.sample')}</h2>
          <p>{t('start.sampleWhy')}</p>
          <p>
            <Link to="/sample" className="button">
              {t('start.sample')}
            </Link>
          </p>
        </section>
        <section>
          <h2>{t('start.connect')}</h2>
          <p>{t('start.connectWhy')}</p>
          {mayOpen ? (
            <p>
              <Link to="/connect" className="button quiet">
                {t('start.connect')}
              </Link>
            </p>
          ) : (
            isKeeper && <TakeRoles />
          )}
        </section>
      </div>
    </>
  );
}

/** Who set up the server alone has no role in incidents; they may give it to themselves, and the register says so. */
function TakeRoles() {
  const { t } = useWords();
  const me = useMe();
  const queries = useQueryClient();
  const taking = useMutation({
    mutationFn: () => {
      const roles: Role[] = [...new Set<Role>([...me.person.roles, 'investigator', 'privacy-officer'])];
      return answerOf(
        api.PUT('/api/people/{person}/roles', {
          params: { path: { person: me.person.id } },
          body: { roles },
        }),
      );
    },
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <>
      <p>{t('start.noRole')}</p>
      <p>
        <button
          type="button"
          className="button quiet"
          disabled={taking.isPending}
          onClick={() => taking.mutate()}
        >
          {t('start.takeRole')}
        </button>
      </p>
      {taking.error !== null && <Failed error={taking.error} />}
    </>
  );
}
