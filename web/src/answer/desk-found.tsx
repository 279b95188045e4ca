/** What the desk found: the verdict with its reasons, what to say and what not, and who was told what. */
import { useEffect, useRef } from 'react';
import { Hatch } from '../kit/figure.tsx';
import { useWords } from '../words/index.tsx';
import type { Found } from './desk.types.ts';
import { DeskPerson } from './desk-person.tsx';

type Message = NonNullable<Found['message']>;

/** A sign beside the words: nobody has to see a colour to know. */
const SIGN: Readonly<Record<string, string>> = {
  'genuine-unchanged': '✓',
  'genuine-touched': '✓',
  'based-on-ours-changed': '≠',
  replay: '≠',
  'not-ours': '×',
  'sent-to-this-address': '✓',
  'not-sent-to-this-address': '×',
  'code-of-another-address': '≠',
  'code-of-no-batch': '×',
  'code-mistyped': '×',
};

export function DeskFound({ found }: Readonly<{ found: Found }>) {
  const { t } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  // The answer is where whoever asked looks next, and what a screen reader says next.
  useEffect(() => heading.current?.focus(), []);
  const { message, code, people, hasMore, receipt } = found;
  return (
    <article className="desk-found">
      <Verdict found={found} heading={heading} />
      <Say found={found} />
      {message !== undefined && <Why message={message} />}
      {people.length > 0 && (
        <section aria-labelledby="desk-people">
          <h2 id="desk-people">{t('desk.people')}</h2>
          {people.map((person) => (
            <DeskPerson
              key={person.person}
              person={person}
              isAlone={people.length === 1}
              isNamed={people.length === 1 && message === undefined && code === undefined}
            />
          ))}
          {hasMore && <p className="soft">{t('desk.more')}</p>}
        </section>
      )}
      <p className="soft small desk-receipt">
        {t('desk.receipt', { entry: receipt.entry })} <code className="hash">{receipt.salt}</code>
        {code?.code !== undefined && <code className="hash">{` ${code.code}`}</code>}
      </p>
    </article>
  );
}

function Verdict({
  found: { message, code, people },
  heading,
}: Readonly<{ found: Found; heading: React.RefObject<HTMLHeadingElement | null> }>) {
  const { t, named } = useWords();
  const is = message?.verdict ?? code?.is;
  const [first] = people;
  const words =
    message !== undefined
      ? named('desk-verdict', message.verdict)
      : code !== undefined
        ? named('desk-code', code.is)
        : first === undefined
          ? t('desk.nobody')
          : people.length > 1
            ? t('desk.several', { count: people.length })
            : named('desk-told', first.told);
  const sign = is === undefined ? undefined : SIGN[is];
  return (
    <>
      <h2 ref={heading} tabIndex={-1} className="large desk-verdict">
        {sign !== undefined && (
          <span className="desk-sign" aria-hidden="true">
            {sign}
          </span>
        )}
        {is !== undefined && sign === undefined && <Hatch />}
        {words}
      </h2>
      {message !== undefined && <p className="lead">{message.next}</p>}
    </>
  );
}

function Say({ found: { say, neverSay } }: Readonly<{ found: Found }>) {
  const { t, languageName } = useWords();
  const { customer, agent } = say;
  const isSame = customer.language === agent.language;
  return (
    <section aria-labelledby="desk-say" className="desk-say">
      <h2 id="desk-say">{t('desk.say')}</h2>
      <div className={isSame ? undefined : 'desk-languages'}>
        <div lang={customer.language}>
          {!isSame && <h3>{languageName(customer.language)}</h3>}
          {customer.lines.map((line) => (
            <p key={line} className="desk-line">
              {line}
            </p>
          ))}
        </div>
        {!isSame && (
          <div>
            <h3>{languageName(agent.language)}</h3>
            {agent.lines.map((line) => (
              <p key={line} className="desk-line">
                {line}
              </p>
            ))}
          </div>
        )}
      </div>
      <h3 className="desk-never">{t('desk.neverSay')}</h3>
      <ul className="desk-nevers">
        {neverSay.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}

function Why({ message: { reasons, differences, code } }: Readonly<{ message: Message }>) {
  const { t, named } = useWords();
  return (
    <section aria-labelledby="desk-why">
      <h2 id="desk-why">{t('desk.why')}</h2>
      <ul>
        {reasons.map(({ is, says }) => (
          <li key={is}>{says}</li>
        ))}
      </ul>
      {code !== undefined && (
        <p className="soft">
          {t('desk.codeIs')} <code>{code}</code>
        </p>
      )}
      {differences.length > 0 && (
        <table className="table differences">
          <caption className="unseen">{t('desk.differences')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('desk.where')}</th>
              <th scope="col">{t('desk.ours')}</th>
              <th scope="col">{t('desk.theirs')}</th>
            </tr>
          </thead>
          <tbody>
            {differences.map(({ where, ours, theirs, marks }) => (
              <tr key={`${where} ${ours} ${theirs}`}>
                <th scope="row">{named('desk-where', where)}</th>
                <td>
                  {ours === '' ? <span className="soft">{t('desk.nothing')}</span> : <Cut text={ours} />}
                </td>
                <td>
                  {theirs === '' ? <span className="soft">{t('desk.nothing')}</span> : <Cut text={theirs} />}
                  {marks.length > 0 && (
                    <ul className="plain marks">
                      {marks.map(({ is, text }) => (
                        <li key={`${is} ${text}`}>
                          <strong>{t('desk.notOurs', { what: named('desk-mark', is) })}</strong>{' '}
                          <code>{text}</code>
                        </li>
                      ))}
                    </ul>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const MOST_SHOWN = 600;
/** A part of a message, as it came: nothing in it becomes a link. */
const Cut = ({ text }: Readonly<{ text: string }>) => (
  <span className="as-came">{text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)} …` : text}</span>
);
