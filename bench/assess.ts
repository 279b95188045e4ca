/**
 * What duties cost: `node bench/assess.ts [--people 10000000]`. Fills the tables of a scope run with that many exposed
 * people in 200 countries and every US state, then groups them in the engine and applies every law. Filling is no part of it.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Leak, StatedFacts } from '@forthright/contract';
import { dutiesOf, factsOf, loadLaw, OWN_LAW } from '../server/src/assess/index.ts';
import { openAnalytics } from '../server/src/platform/analytics/index.ts';
import { groupsOf, statusGroups } from '../server/src/scope/answer.ts';
import { planLeak } from '../server/src/scope/leaks.ts';
import { runStatements } from '../server/src/scope/statements.ts';

const { values } = parseArgs({ options: { people: { type: 'string', default: '10000000' } } });
const people = Number(values.people);
const STATES =
  'AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY'.split(
    ' ',
  );
const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
const countries = letters
  .flatMap((a) => letters.map((b) => a + b))
  .filter((code) => names.of(code) !== undefined)
  .slice(0, 200);
const leaks = [['name', 'email'], ['address', 'phone'], ['birth date'], ['card number', 'cvv']].map(
  (fields, n) =>
    planLeak({ id: `l${n}`, kind: 'list', fields, people: { at: 'people.csv', id: 'id' } } as Leak, n),
);

/** Of this process and the engine's, whatever else runs on the machine (Linux). */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  const ticks = children.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  });
  return (user + system) / 1e6 + ticks.reduce((sum, n) => sum + n, 0) / TICKS_PER_SECOND;
}
const TICKS_PER_SECOND = 100;

const directory = await mkdtemp(join(tmpdir(), 'forthright-bench-'));
const engine = await openAnalytics({ kind: 'embedded', directory });
try {
  await runStatements(engine, 'tables');
  const list = (codes: readonly string[]) => `[${codes.map((code) => `'${code}'`).join(', ')}]`;
  // A third of the people live in the USA.
  await engine.run(`INSERT INTO known SELECT toString(number), '', if(number % 3 = 0, 'US', ${list(countries)}[1 + cityHash64(number) % ${countries.length}]) AS c,
    if(c = 'US', ${list(STATES)}[1 + cityHash64(number, 1) % ${STATES.length}], ''), 'en', 0 FROM numbers(${people})`);
  await engine.run(
    `INSERT INTO status SELECT toString(number), 1 + cityHash64(number, 2) % 15, cityHash64(number, 3) % 16, 1, 0, 0, 1 FROM numbers(${people})`,
  );

  const time = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const [began, processor] = [performance.now(), processorSeconds()];
    const result = await work();
    const wall = ((performance.now() - began) / 1000).toFixed(2);
    console.log(`${name}: ${wall} s, of processors ${(processorSeconds() - processor).toFixed(2)} s`);
    return result;
  };
  const law = await time('read and check the law', () => loadLaw(OWN_LAW));
  const groups = await time(`group ${people} people in the engine`, async () =>
    groupsOf(leaks, await statusGroups(engine)),
  );
  const answer = await time(
    `apply ${law.regimes.length + law.unverified.length} laws to ${groups.length} groups`,
    () =>
      dutiesOf(
        law,
        factsOf({
          run: 'bench',
          title: 'bench',
          groups,
          unidentified: 0,
          fields: leaks.flatMap((l) => l.leak.fields),
          leaks: [{ kind: 'list', exposed: people }],
          recipients: { anonymous: 1 },
          firstSeen: null,
          incident: {
            aware: '2026-11-20T14:05:00Z',
            facts: StatedFacts.parse({ discovered: '2026-11-20T14:05:00Z' }),
          },
          organisation: { country: 'LU', role: 'controller', branches: [] },
        }),
        Temporal.Instant.from('2026-11-22T09:00:00Z'),
      ),
  );
  const counted = answer.facts.groups.reduce((n, g) => n + g.exposed, 0);
  if (counted !== people) throw new Error(`${counted} people were counted, not ${people}`);
} finally {
  await engine.close();
  await rm(directory, { recursive: true, force: true });
}
