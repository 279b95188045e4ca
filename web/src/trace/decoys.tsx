/** Customers who do not exist: where they stand, what mail came to them, and planting more. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, answerOf, api } from '../app/client.ts';
import { hasOne, OFFICERS, useMe } from '../app/session.ts';
import { SettingsHead } from '../app/settings.tsx';
import { lines, one, optional, prose, whole } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { Facts } from '../kit/facts.tsx';
import { useName } from '../kit/names.ts';
import { Empty, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { save } from '../register/saving.ts';
import { useWords } from '../words/index.tsx';
import { GATE, gateOf } from './gate.parts.ts';
import { MailRead } from './mail-read.tsx';

type Listed = Answer<'/api/decoys', 'get'>;
type Planting = Listed['plantings'][number];

const KINDS = ['view', 'queue', 'export', 'feed', 'partner'] as const;
const PLANT = {
  view: optional(lines('decoys.view', { help: 'decoys.viewHelp' })),
  queue: optional(lines('decoys.queue')),
  export: optional(lines('decoys.export')),
  feed: optional(lines('decoys.feed')),
  partner: optional(lines('decoys.partner')),
  perPlace: one('decoys.perPlace', ['4', '3', '5'], { group: 'decoys-count' }),
  nowhere: whole('decoys.nowhere', { help: 'decoys.nowhereHelp', first: '20' }),
  ...GATE,
};
const TAKE = { as: one('decoys.as', ['csv', 'sql'], { group: 'decoys-as' }) };
const REASON = { reason: prose('ask.reason') };

export function Decoys() {
  const { t } = useWords();
  const mayPlant = hasOne(useMe(), OFFICERS);
  const decoys = useQuery({ queryKey: ['decoys'], queryFn: () => answerOf(api.GET('/api/decoys')) });
  return (
    <>
      <SettingsHead title={t('decoys.name')} />
      <p className="lead">{t('decoys.lead')}</p>
      <Loaded query={decoys}>
        {({ plantings, mails }) => (
          <>
            {plantings.length === 0 ? (
              <Empty title={t('decoys.none')}>
                <p>{t('decoys.noneWhy')}</p>
              </Empty>
            ) : (
              <ul className="plain rows">
                {plantings.map((each) => (
                  <li key={each.id}>
                    <Line planting={each} mayPlant={mayPlant} />
                  </li>
                ))}
              </ul>
            )}
            {mails.length > 0 && <Mails mails={mails} />}
          </>
        )}
      </Loaded>
      {mayPlant && <Plant />}
    </>
  );
}

function Line({ planting, mayPlant }: Readonly<{ planting: Planting; mayPlant: boolean }>) {
  const { t, named } = useWords();
  const name = useName();
  const { id, decoys, places, plantedBy, plantedAt, ends, givenAt, erasedEntry, gate } = planting;
  const params = { path: { planting: id } };
  return (
    <>
      <span className="row-title">{gate?.purpose ?? t('erased')}</span>
      <strong>{t('decoys.count', { count: decoys })}</strong>
      <span className="soft">
        {name(plantedBy)} <When at={plantedAt} />
      </span>
      <Facts
        of={[
          [
            t('decoys.places'),
            Object.entries(places)
              .map(([kind, count]) => `${named('decoys-kind', kind)}: ${count}`)
              .join(', '),
          ],
          [
            t('decoys.given'),
            givenAt === undefined ? t('decoys.notGiven') : <When key="given" at={givenAt} />,
          ],
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
      {mayPlant && erasedEntry === undefined && (
        <>
          <Deed
            name={t('decoys.take')}
            why={t('decoys.takeWhy')}
            parts={TAKE}
            run={async (body) =>
              save(
                `customers.${body.as}`,
                await answerOf<Blob>(
                  api.POST('/api/decoys/{planting}/copies', { params, body, parseAs: 'blob' }),
                ),
              )
            }
          />
          <Deed
            name={t('decoys.erase')}
            sure={t('decoys.eraseSure')}
            parts={REASON}
            run={(body) => answerOf(api.POST('/api/decoys/{planting}/erase', { params, body }))}
          />
        </>
      )}
    </>
  );
}

function Mails({ mails }: Pick<Listed, 'mails'>) {
  const { t, named } = useWords();
  return (
    <section aria-labelledby="mails">
      <h2 id="mails">{t('decoys.mails')}</h2>
      <ul className="plain rows">
        {mails.map((one) => (
          <li key={one.id}>
            <span className="row-title">
              {named('decoys-kind', one.place)} {one.name}
            </span>
            {one.fromUs && <strong>{t('decoys.fromUs')}</strong>}
            <span className="soft">
              <When at={one.at} />
            </span>
            <MailRead read={one.read} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Plant() {
  const { t } = useWords();
  return (
    <Deed
      name={t('decoys.plant')}
      why={t('decoys.plantWhy')}
      parts={PLANT}
      run={(given) =>
        answerOf(
          api.POST('/api/decoys', {
            body: {
              planting: {
                gate: gateOf(given),
                places: KINDS.flatMap((kind) => (given[kind] ?? []).map((name) => ({ kind, name }))),
                perPlace: Number(given.perPlace),
                nowhere: given.nowhere,
              },
            },
          }),
        )
      }
    />
  );
}
