/** Addresses that stand for customers' own: how many, what came to one from somebody who should not know it, and whose one is. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, answerOf, api } from '../app/client.ts';
import { hasOne, OFFICERS, useMe, WORKERS } from '../app/session.ts';
import { SettingsHead } from '../app/settings.tsx';
import { email, line, lines, one, optional, prose } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { Facts } from '../kit/facts.tsx';
import { useName } from '../kit/names.ts';
import { Empty, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { GATE, gateOf } from './gate.parts.ts';
import { MailRead } from './mail-read.tsx';

type Listed = Answer<'/api/aliases', 'get'>;
type Book = Listed['books'][number];
type Found = Answer<'/api/aliases/find', 'post'>;

const FIND = { alias: email('aliases.alias') };
const MAKE = {
  customer: line('aliases.customer'),
  address: email('aliases.address'),
  kind: one('aliases.viewer', ['seller', 'employee'], { group: 'aliases-viewer' }),
  name: line('aliases.viewerName'),
  order: optional(line('aliases.order')),
  expects: optional(lines('aliases.expects', { help: 'aliases.expectsHelp' })),
};
const REASON = { reason: prose('ask.reason') };

export function Aliases() {
  const { t } = useWords();
  const me = useMe();
  const mayKeep = hasOne(me, OFFICERS);
  const aliases = useQuery({ queryKey: ['aliases'], queryFn: () => answerOf(api.GET('/api/aliases')) });
  return (
    <>
      <SettingsHead title={t('aliases.name')} />
      <p className="lead">{t('aliases.lead')}</p>
      {hasOne(me, WORKERS) && (
        <Deed
          name={t('aliases.find')}
          why={t('aliases.findWhy')}
          parts={FIND}
          run={(body) => answerOf(api.POST('/api/aliases/find', { body }))}
        >
          {(found) => <Alias found={found} mayBlock={mayKeep} />}
        </Deed>
      )}
      <Loaded query={aliases}>
        {({ books, mails }) => (
          <>
            {books.length === 0 ? (
              <Empty title={t('aliases.none')}>
                <p>{t('aliases.noneWhy')}</p>
              </Empty>
            ) : (
              <ul className="plain rows">
                {books.map((each) => (
                  <li key={each.id}>
                    <Line book={each} mayKeep={mayKeep} />
                  </li>
                ))}
              </ul>
            )}
            {mails.length > 0 && <Mails mails={mails} mayBlock={mayKeep} />}
          </>
        )}
      </Loaded>
      {mayKeep && <Keeping />}
    </>
  );
}

function Line({ book, mayKeep }: Readonly<{ book: Book; mayKeep: boolean }>) {
  const { t, number } = useWords();
  const name = useName();
  const { id, gate, openedBy, openedAt, ends, erasedEntry } = book;
  return (
    <>
      <span className="row-title">{gate?.purpose ?? t('erased')}</span>
      <strong>{t('aliases.count', { count: book.aliases })}</strong>
      <span className="soft">
        {name(openedBy)} <When at={openedAt} />
      </span>
      <Facts
        of={[
          [t('aliases.blocked'), number(book.blocked)],
          [t('aliases.handedOn'), number(book.mails)],
          [
            t(erasedEntry === undefined ? 'decoys.ends' : 'decoys.erased'),
            erasedEntry === undefined ? (
              <When key="ends" at={ends} />
            ) : (
              t('trace.entry', { entry: erasedEntry })
            ),
          ],
        ]}
      />
      {mayKeep && erasedEntry === undefined && (
        <Deed
          name={t('aliases.erase')}
          sure={t('aliases.eraseSure')}
          parts={REASON}
          run={(body) =>
            answerOf(api.POST('/api/alias-books/{book}/erase', { params: { path: { book: id } }, body }))
          }
        />
      )}
    </>
  );
}

function Mails({ mails, mayBlock }: Pick<Listed, 'mails'> & Readonly<{ mayBlock: boolean }>) {
  const { t, named } = useWords();
  return (
    <section aria-labelledby="mails">
      <h2 id="mails">{t('aliases.mails')}</h2>
      <ul className="plain rows">
        {mails.map((one) => (
          <li key={one.id}>
            <span className="row-title">
              {named('aliases-viewer', one.viewer)} {one.name}
            </span>
            <span>{one.customer}</span>
            <span className="soft">
              <When at={one.at} />
            </span>
            <MailRead read={one.read} />
            {mayBlock && <Block id={one.alias} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Whom an alias was shown to, and for whom it stands; nothing of it stands in an address. */
function Alias({ found, mayBlock }: Readonly<{ found: Found; mayBlock: boolean }>) {
  const { t, named } = useWords();
  return (
    <>
      <Facts
        of={[
          [t('aliases.customer'), found.customer],
          [t('aliases.order'), found.order ?? undefined],
          [t('aliases.viewer'), `${named('aliases-viewer', found.viewer)} ${found.name ?? ''}`],
          [t('aliases.madeAt'), <When key="made" at={found.madeAt} />],
          [t('aliases.isBlocked'), found.blocked ? t('webhook.yes') : undefined],
        ]}
      />
      {mayBlock && !found.blocked && <Block id={found.id} />}
    </>
  );
}

function Block({ id }: Readonly<{ id: string }>) {
  const { t } = useWords();
  return (
    <Deed
      name={t('aliases.block')}
      why={t('aliases.blockWhy')}
      parts={REASON}
      run={({ reason }) => answerOf(api.POST('/api/aliases/block', { body: { id, reason } }))}
    />
  );
}

function Keeping() {
  const { t } = useWords();
  return (
    <>
      <Deed
        name={t('aliases.open')}
        why={t('aliases.openWhy')}
        parts={GATE}
        run={(given) => answerOf(api.POST('/api/alias-books', { body: { gate: gateOf(given) } }))}
      />
      <Deed
        name={t('aliases.make')}
        why={t('aliases.makeWhy')}
        parts={MAKE}
        run={({ customer, address, kind, name, order, expects }) =>
          answerOf(
            api.POST('/api/aliases', {
              body: { aliases: [{ customer, address, viewer: { kind, name }, order, expects }] },
            }),
          )
        }
      >
        {({ aliases: made }) => (
          <p>
            <code>{made.map(({ alias }) => alias).join(', ')}</code>
          </p>
        )}
      </Deed>
    </>
  );
}
