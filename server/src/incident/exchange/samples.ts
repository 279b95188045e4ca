/** For tests: incidents of all kinds of facts, as fast-check makes them. */
import {
  ANSWERS,
  DATA_CATEGORIES,
  DATA_ROLES,
  INCIDENT_KINDS,
  INCIDENT_TIMES,
  newId,
  OpenIncident,
  PEOPLE_CATEGORIES,
  REPORTERS,
  VERIS_ACTIONS,
  VERIS_ACTORS,
  type VerisAction,
  type VerisActor,
} from '@forthright/contract';
import fc from 'fast-check';
import type { Facts, Incident } from '../types.ts';

const odd = fc.constantFrom('=1+1', '+44 20', '-5', '@home', '"', ',', "'", '<b>', 'é', '🙂', ';', '|');
const word = fc.oneof(fc.stringMatching(/^[a-zA-Z0-9 ]{1,12}$/), odd);
export const aLine = fc
  .array(word, { minLength: 1, maxLength: 4 })
  .map((words) => words.join(' ').trim() || 'x');
export const aProse = fc.array(aLine, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n').trim());

const figure = fc
  .record({ min: fc.nat(1000), more: fc.nat(1000), by: aLine })
  .map(({ min, more, by }) => ({ min, max: min + more, by }));
const some = <T>(list: readonly T[]) =>
  fc.uniqueArray(fc.constantFrom(...list), { minLength: 1, maxLength: list.length });
const moment = fc
  .record({ ms: fc.integer({ min: 1.7e12, max: 1.75e12 }), offset: fc.constantFrom(0, 60, -330) })
  .map(({ ms, offset }) => {
    const local = new Date(ms + offset * 60_000).toISOString().slice(0, 19);
    const [h, m] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
    const zone = `${offset < 0 ? '-' : '+'}${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`;
    return `${local}${offset === 0 ? 'Z' : zone}`;
  });
const cause = fc.constantFrom(...(Object.keys(VERIS_ACTIONS) as VerisAction[])).chain((action) =>
  fc.constantFrom(...(Object.keys(VERIS_ACTORS) as VerisActor[])).chain((actor) =>
    fc.record(
      {
        action: fc.constant(action),
        variety: fc.constantFrom(...VERIS_ACTIONS[action]),
        actor: fc.constant(actor),
        actorVariety: fc.constantFrom(...VERIS_ACTORS[actor]),
        summary: aProse,
      },
      { requiredKeys: ['action', 'variety', 'actor', 'actorVariety'] },
    ),
  ),
);

export const someFacts: fc.Arbitrary<OpenIncident> = fc
  .record(
    {
      title: aLine,
      kind: fc.constantFrom(...INCIDENT_KINDS),
      cause,
      times: fc.record(
        Object.fromEntries(INCIDENT_TIMES.map((name) => [name, fc.record({ at: moment, saidBy: aLine })])),
        { requiredKeys: [] },
      ),
      estimate: figure,
      records: figure,
      categories: fc.oneof(
        fc.record({ people: some(PEOPLE_CATEGORIES), data: some(DATA_CATEGORIES) }),
        fc.record({ people: some(PEOPLE_CATEGORIES) }),
      ),
      reportedBy: fc.record(
        { as: fc.constantFrom(...REPORTERS), name: aLine, contact: aLine },
        { requiredKeys: ['as'] },
      ),
      site: aLine,
      brand: aLine,
      entity: fc.record({ name: aLine, country: fc.constantFrom('LU', 'GB') }, { requiredKeys: ['name'] }),
      role: fc.oneof(
        fc.constant({ as: 'controller' as const }),
        fc.record({ as: fc.constantFrom(...DATA_ROLES.filter((one) => one !== 'controller')), for: aLine }),
      ),
      contactPoint: aLine,
      effects: aProse,
      remedies: aProse,
      delay: aProse,
    },
    { requiredKeys: ['title', 'kind'] },
  )
  .map((given) => OpenIncident.parse(given));

/** An incident of these facts, as rules see one. */
export const incidentOf = (facts: Facts | OpenIncident, others: Partial<Incident> = {}): Incident => ({
  id: newId('inc'),
  version: 1,
  state: 'open',
  facts: facts as Facts,
  openedAt: new Date('2026-11-22T10:00:00Z'),
  openedBy: 'usr_ada',
  decisions: [],
  tasks: [],
  matters: { first: [], counts: {} },
  delays: [],
  duties: { first: [], count: 0, isAwaited: false },
  campaigns: [],
  evidence: [],
  ...others,
});

export const someIncident: fc.Arbitrary<Incident> = fc
  .record({
    facts: someFacts,
    state: fc.constantFrom('open', 'decided', 'closed'),
    answer: fc.constantFrom(...ANSWERS),
    reason: aProse,
  })
  .map(({ facts, state, answer, reason }) =>
    incidentOf(facts, {
      state: state as Incident['state'],
      ...(state === 'closed' ? { closedAt: new Date('2026-11-23T10:00:00Z') } : {}),
      decisions:
        state === 'open'
          ? []
          : [
              {
                id: newId('dec'),
                step: 'decision',
                answer,
                by: 'usr_ada',
                at: new Date('2026-11-22T11:00:00Z'),
                reason,
              },
            ],
    }),
  );
