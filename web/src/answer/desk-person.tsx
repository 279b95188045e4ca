/** Somebody who was found: what they were told, and what may be done for them now. */
import { Dialog } from '@base-ui/react/dialog';
import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent, useRef, useState } from 'react';
import { type Answer, answerOf, api } from '../app/client.ts';
import { useShortcuts } from '../app/keys.tsx';
import { Field } from '../kit/form.tsx';
import { Panel } from '../kit/panel.tsx';
import { Failed } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { type Key, useWords } from '../words/index.tsx';
import type { Found } from './desk.types.ts';
import { Wrote } from './desk-wrote.tsx';
import { PublishedAnswers } from './published.tsx';

type Person = Found['people'][number];
type Done = Answer<'/api/desk/people/{person}/dispute', 'post'>;
const ACTS = ['send-again', 'letter', 'dispute'] as const;
type Act = (typeof ACTS)[number];

const KEYS: Readonly<Record<Act, Readonly<{ key: string; says: Key }>>> = {
  'send-again': { key: 's', says: 'desk-act.send-again' },
  letter: { key: 'l', says: 'desk-act.letter' },
  dispute: { key: 'd', says: 'desk-act.dispute' },
};

const wayOf = (person: Person, act: Act) =>
  act === 'send-again' ? person.sendAgain : act === 'letter' ? person.sendLetter : undefined;
const isPossible = (person: Person, act: Act): boolean => wayOf(person, act)?.possible ?? true;

export function DeskPerson({
  person,
  isAlone,
  isNamed,
}: Readonly<{
  person: Person;
  /** Then keys mean this person. */
  isAlone: boolean;
  /** What they were told stands above already. */
  isNamed: boolean;
}>) {
  const { t, named, languageName } = useWords();
  const [act, setAct] = useState<Act>();
  const [done, setDone] = useState<Done>();
  const [isReading, setReads] = useState(false);
  const [isHearing, setHears] = useState(false);
  const possible = ACTS.filter((one) => done === undefined && isPossible(person, one));
  useShortcuts(isAlone ? possible.map((one) => ({ ...KEYS[one], run: () => setAct(one) })) : []);
  return (
    <div className="desk-person">
      {!isNamed && <h3>{named('desk-told', person.told)}</h3>}
      <dl className="facts desk-facts">
        {person.sentAt !== undefined && (
          <div>
            <dt>{t('desk.sentAt')}</dt>
            <dd>
              <When at={person.sentAt} />
            </dd>
          </div>
        )}
        <div>
          <dt>{t('desk.since')}</dt>
          <dd>
            <When at={person.since} />
          </dd>
        </div>
        <div>
          <dt>{t('desk.masked')}</dt>
          <dd>{person.address === '' ? t('desk.noAddress') : <code>{person.address}</code>}</dd>
        </div>
        <div>
          <dt>{t('desk.language')}</dt>
          <dd>{languageName(person.language)}</dd>
        </div>
      </dl>
      {person.acts.length > 0 && (
        <ul className="plain rows">
          {person.acts.map((one) => (
            <li key={`${one.act} ${one.at}`}>
              <span className="row-title">{named('desk-did', one.act)}</span>
              {one.mail !== undefined && <span className="soft">{named('desk-mail', one.mail)}</span>}
              <When at={one.at} />
            </li>
          ))}
        </ul>
      )}
      {done === undefined ? (
        <>
          <p className="actions">
            {possible.map((one) => (
              <button key={one} type="button" className="button quiet" onClick={() => setAct(one)}>
                {named('desk-act', one)}
              </button>
            ))}
          </p>
          {ACTS.filter((one) => !isPossible(person, one)).map((one) => (
            <p key={one} className="soft">
              {t('desk.notPossible', {
                what: named('desk-act', one),
                why: named('desk-why', wayOf(person, one)?.is ?? ''),
              })}
            </p>
          ))}
        </>
      ) : (
        <p role="status" className="desk-done">
          <strong>{named('desk-done', done.act)}</strong>
          {done.due !== undefined && (
            <>
              {' '}
              {t('desk.due')} <When at={done.due} />
            </>
          )}
          <span className="soft"> {t('desk.entry', { entry: done.entry })}</span>
        </p>
      )}
      {person.notice !== undefined && (
        <details className="more">
          <summary>
            {t('desk.notice')} <span lang={person.language}>{person.notice.subject}</span>
          </summary>
          <p lang={person.language} className="notice-text">
            {person.notice.text}
          </p>
        </details>
      )}
      {/* What was opened once stays under its summary: what is typed there outlives a click on it. */}
      <details className="more" onToggle={({ currentTarget }) => currentTarget.open && setReads(true)}>
        <summary>{t('page-edit.answers')}</summary>
        {isReading && <PublishedAnswers incident={person.incident} />}
      </details>
      <details className="more" onToggle={({ currentTarget }) => currentTarget.open && setHears(true)}>
        <summary>{t('desk.wrote')}</summary>
        {isHearing && <Wrote incident={person.incident} person={person.person} />}
      </details>
      {act !== undefined && (
        <Doing
          person={person}
          act={act}
          onEnd={(made) => {
            setAct(undefined);
            if (made !== undefined) setDone(made);
          }}
        />
      )}
    </div>
  );
}

/** Confirms: what is done leaves the house, or is a task for somebody. */
function Doing({ person, act, onEnd }: Readonly<{ person: Person; act: Act; onEnd: (done?: Done) => void }>) {
  const { t, named } = useWords();
  const [text, setText] = useState('');
  const words = useRef<HTMLTextAreaElement>(null);
  const confirm = useRef<HTMLButtonElement>(null);
  const way = wayOf(person, act);
  const needsText = act === 'dispute' || way?.needsWish === true;
  const doing = useMutation({
    mutationFn: (): Promise<Done> => {
      const params = { path: { person: person.person } };
      const wish = needsText ? { wish: text } : {};
      switch (act) {
        case 'send-again':
          return answerOf(api.POST('/api/desk/people/{person}/send-again', { params, body: wish }));
        case 'letter':
          return answerOf(api.POST('/api/desk/people/{person}/letter', { params, body: wish }));
        case 'dispute':
          return answerOf(api.POST('/api/desk/people/{person}/dispute', { params, body: { text } }));
      }
    },
    onSuccess: (made) => onEnd(made),
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    doing.mutate();
  };
  return (
    <Panel title={named('desk-act', act)} isSmall onEnd={onEnd} initialFocus={needsText ? words : confirm}>
      <Dialog.Description>
        {way === undefined ? t('desk.disputeWhy') : named('desk-why', way.is)}
      </Dialog.Description>
      <form onSubmit={handleSubmit}>
        {needsText && (
          <Field
            label={t(act === 'dispute' ? 'desk.disputeText' : 'desk.wish')}
            help={t(act === 'dispute' ? 'desk.disputeHelp' : 'desk.wishHelp')}
          >
            {(ids) => (
              <textarea
                {...ids}
                ref={words}
                required
                rows={3}
                maxLength={20_000}
                value={text}
                onChange={({ target }) => setText(target.value)}
              />
            )}
          </Field>
        )}
        {doing.error !== null && <Failed error={doing.error} />}
        <p className="actions">
          <button ref={confirm} type="submit" className="button" disabled={doing.isPending}>
            {named('desk-confirm', act)}
          </button>
        </p>
      </form>
    </Panel>
  );
}
