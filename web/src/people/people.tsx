/** People and their roles: who is here, who is invited, and what each may do. */
import { ROLES } from '@forthright/contract/lists';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { type Answer, answerOf, api } from '../app/client.ts';
import { type Role, useMe } from '../app/session.ts';
import { SettingsHead } from '../app/settings.tsx';
import { one } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { Field } from '../kit/form.tsx';
import { Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';

type Person = Answer<'/api/people', 'get'>['people'][number];

/** What a person may be; the role of an app goes to a token. */
const PERSON_ROLES = ROLES.filter((role) => role !== 'customer-app');

const peopleQuery = { queryKey: ['people'], queryFn: () => answerOf(api.GET('/api/people')) };

export function People() {
  const { t } = useWords();
  const me = useMe();
  const people = useQuery(peopleQuery);
  const mayChange = me.roles.includes('administrator');
  return (
    <>
      <SettingsHead title={t('people.name')} />
      <Loaded query={people}>
        {({ people: found }) => (
          <ul className="plain rows">
            {found.map((person) => (
              <li key={person.id}>
                <PersonLine person={person} mayChange={mayChange} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {mayChange && <Invite />}
    </>
  );
}

function PersonLine({ person, mayChange }: Readonly<{ person: Person; mayChange: boolean }>) {
  const { t, named } = useWords();
  const { signedInAt } = person;
  return (
    <>
      <span className="row-title">
        {person.name} <span className="soft light">{person.email}</span>
      </span>
      {signedInAt === null ? (
        <span className="soft">{t('people.invited')}</span>
      ) : (
        <span className="soft">
          {t('people.lastIn')} <When at={signedInAt} />
        </span>
      )}
      {mayChange ? (
        <>
          <Roles person={person} />
          <Ways person={person} />
        </>
      ) : (
        <span className="whole">{person.roles.map((role) => named('role', role)).join(', ')}</span>
      )}
    </>
  );
}

const ERASE = { reason: one('ask.reason', ['left', 'asked', 'mistake'], { group: 'erase-reason' }) };

/** What an administrator does for somebody who can't get in, or is gone. */
function Ways({ person: { id } }: Readonly<{ person: Person }>) {
  const { t } = useWords();
  const params = { path: { person: id } };
  return (
    <>
      <Deed
        name={t('people.reset')}
        parts={{}}
        run={() => answerOf(api.POST('/api/people/{person}/reset-link', { params }))}
      >
        {(made) => <LinkMade made={made} />}
      </Deed>
      <Deed
        name={t('people.signOut')}
        why={t('people.signOutWhy')}
        parts={{}}
        run={() => answerOf(api.POST('/api/people/{person}/sign-out', { params }))}
      />
      <Deed
        name={t('people.erase')}
        why={t('people.eraseWhy')}
        sure={t('people.eraseSure')}
        parts={ERASE}
        run={(body) => answerOf(api.POST('/api/people/{person}/erase', { params, body }))}
      />
    </>
  );
}

type Made = Answer<'/api/people', 'post'>;

/** A link that is passed on by hand: whoever has it sets the password. */
function LinkMade({ made }: Readonly<{ made: Made }>) {
  const { t } = useWords();
  return (
    <>
      <p className="empty-title">{t('people.link', { name: made.person.name })}</p>
      <p>
        <code className="hash">{window.location.origin + made.page}</code>
      </p>
      <p className="soft">
        {t('people.linkUntil')} <When at={made.expires} />
      </p>
    </>
  );
}

/** Each tick is a deed of its own: the register says who gave which role, and when. */
function Roles({ person }: Readonly<{ person: Person }>) {
  const { t, named } = useWords();
  const queries = useQueryClient();
  const setting = useMutation({
    mutationFn: (roles: Role[]) =>
      answerOf(
        api.PUT('/api/people/{person}/roles', { params: { path: { person: person.id } }, body: { roles } }),
      ),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['people'] }),
        queries.invalidateQueries({ queryKey: ['me'] }),
      ]),
  });
  // While it is asked for, the tick that was made; afterwards what the server says.
  const shown = setting.isPending ? setting.variables : person.roles;
  return (
    <fieldset className="whole roles" disabled={setting.isPending}>
      <legend className="unseen">{t('people.rolesOf', { name: person.name })}</legend>
      {PERSON_ROLES.map((role) => (
        <label key={role} className="check">
          <input
            type="checkbox"
            checked={shown.includes(role)}
            onChange={({ target }) =>
              setting.mutate(
                target.checked ? [...person.roles, role] : person.roles.filter((one) => one !== role),
              )
            }
          />
          {named('role', role)}
        </label>
      ))}
      {setting.error !== null && <Failed error={setting.error} />}
    </fieldset>
  );
}

function Invite() {
  const { t, named } = useWords();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('investigator');
  const inviting = useMutation({
    mutationFn: () => answerOf(api.POST('/api/people', { body: { name, email, roles: [role] } })),
    onSuccess: async () => {
      setName('');
      setEmail('');
      await queries.invalidateQueries({ queryKey: ['people'] });
    },
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    inviting.mutate();
  };
  const made = inviting.data;
  return (
    <section aria-labelledby="invite">
      <h2 id="invite">{t('people.invite')}</h2>
      {made !== undefined && (
        <div className="empty" role="status">
          <LinkMade made={made} />
        </div>
      )}
      <form className="form" onSubmit={handleSubmit}>
        <Field label={t('people.personName')}>
          {(ids) => (
            <input
              {...ids}
              required
              autoComplete="off"
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('people.email')}>
          {(ids) => (
            <input
              {...ids}
              required
              type="email"
              autoComplete="off"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('people.role')}>
          {(ids) => (
            <select
              {...ids}
              value={role}
              onChange={(event) =>
                setRole(PERSON_ROLES.find((one) => one === event.target.value) ?? 'investigator')
              }
            >
              {PERSON_ROLES.map((one) => (
                <option key={one} value={one}>
                  {named('role', one)}
                </option>
              ))}
            </select>
          )}
        </Field>
        {inviting.error !== null && <Failed error={inviting.error} />}
        <p className="actions">
          <button type="submit" className="button" disabled={inviting.isPending}>
            {t('people.makeLink')}
          </button>
        </p>
      </form>
    </section>
  );
}
