/** An incident in terms of DPV: it expands with nothing from elsewhere, and says nothing that the record does not. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { DATA_CATEGORIES, PEOPLE_CATEGORIES } from '@forthright/contract';
import fc from 'fast-check';
import { type As, World } from '../../http/testing.ts';
import type { Incident } from '../types.ts';
import { CONTEXT, iriOf, TERMS, type Term, toDpv } from './dpv.ts';
import { incidentOf, someIncident } from './samples.ts';

type JsonLd = Readonly<{
  expand: (
    document: object,
    options: { documentLoader: (url: string) => never; safe: boolean },
  ) => Promise<unknown[]>;
}>;
// It ships no types.
const { default: jsonld } = (await import('jsonld' as string)) as { default: JsonLd };

const expand = (incident: Incident): Promise<unknown[]> =>
  jsonld.expand(structuredClone(toDpv(incident)), {
    documentLoader: (url) => {
      throw new Error(`asks for ${url}`);
    },
    // Refuses whatever would fall out of the graph in silence.
    safe: true,
  });

function irisIn(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const one of value) irisIn(one, found);
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) {
      if (!key.startsWith('@')) found.add(key);
      if ((key === '@id' || key === '@type') && !String(inner).startsWith('urn:forthright:incident:'))
        for (const iri of [inner].flat()) found.add(String(iri));
      irisIn(inner, found);
    }
  return found;
}

const KNOWN = new Map((Object.keys(TERMS) as Term[]).map((term) => [iriOf(term), term]));

describe('DPV', () => {
  test('expands without asking anybody, to terms of the table only (property)', async () => {
    const used = new Set<string>();
    await fc.assert(
      fc.asyncProperty(someIncident, async (incident) => {
        const expanded = await expand(incident);
        assert.equal(expanded.length, 1);
        for (const iri of irisIn(expanded)) {
          assert.ok(KNOWN.has(iri), iri);
          used.add(iri);
        }
        const text = JSON.stringify(expanded);
        const { title, estimate } = incident.facts;
        assert.ok(text.includes(JSON.stringify(title)));
        if (estimate !== undefined) assert.ok(text.includes(`"@value":${estimate.max}`));
      }),
      { numRuns: 400 },
    );
    const duties: Incident['tasks'] = (['open', 'done', 'excused'] as const).flatMap((state) =>
      (['tell-authority', 'tell-people'] as const).map((answer) => ({
        id: 'tsk_1' as never,
        kind: 'duty' as const,
        answer,
        what: 'x',
        owner: 'usr_ada',
        due: '2026-11-25T09:00:00Z',
        state,
      })),
    );
    const all = incidentOf(
      {
        title: 'x',
        kind: 'other',
        times: {},
        cause: { action: 'social', variety: 'Phishing', actor: 'unknown', actorVariety: 'Unknown' },
        categories: { people: [...PEOPLE_CATEGORIES], data: [...DATA_CATEGORIES] },
      },
      { tasks: duties },
    );
    for (const iri of irisIn(await expand(all))) used.add(iri);
    assert.deepEqual(
      [...KNOWN].filter(([iri]) => !used.has(iri)).map(([, term]) => term),
      [],
      'each term is used',
    );
  });

  test('what is not known is not there, and undecided is neither needed nor not needed', async () => {
    const bare = toDpv(incidentOf({ title: 'x', kind: 'other', times: {} })) as Record<string, unknown>;
    assert.deepEqual(Object.keys(bare), [
      '@context',
      '@id',
      '@type',
      'dpv:hasIdentifier',
      'dcterms:title',
      'dcterms:created',
      'fw:kind',
      'dpv:hasStatus',
    ]);
    assert.deepEqual(bare['@type'], ['gdpr:DataBreach']);
    assert.deepEqual(bare['dpv:hasStatus'], [
      { '@id': 'risk:IncidentStatusUnknown' },
      { '@id': 'risk:IncidentInvestigationOngoing' },
    ]);
    const [expanded] = await expand(
      incidentOf(
        { title: 'x', kind: 'other', times: { aware: { at: '2026-11-22T09:00:00+01:00', saidBy: 'Bo' } } },
        {
          decisions: [
            {
              id: 'dec_1' as never,
              step: 'decision',
              answer: 'register-only',
              by: 'usr_ada',
              at: new Date(),
              reason: 'No risk.',
            },
          ],
        },
      ),
    );
    const node = expanded as Record<string, { '@id'?: string; '@value'?: string }[]>;
    assert.equal(
      node['https://w3id.org/dpv#hasAuditStatus']?.[0]?.['@id'],
      iriOf('gdpr:BreachNotificationNotNeeded'),
    );
    assert.deepEqual(node['urn:forthright:term:aware'], [
      { '@type': 'http://www.w3.org/2001/XMLSchema#dateTime', '@value': '2026-11-22T09:00:00+01:00' },
    ]);
    assert.doesNotMatch(JSON.stringify(expanded), /Bo/);
  });

  test('names of people are not given away', () => {
    const secret = 'Ada-Lovelace-1815';
    const figure = { min: 1, max: 2, by: secret };
    const document = toDpv(
      incidentOf({
        title: 'x',
        kind: 'other',
        times: { aware: { at: '2026-11-22T09:00:00Z', saidBy: secret } },
        estimate: figure,
        records: figure,
        reportedBy: { as: 'customer', name: secret, contact: secret },
      }),
    );
    assert.doesNotMatch(JSON.stringify(document), new RegExp(secret));
  });

  test('docs/exchange.md lists every term with its source', () => {
    const page = readFileSync(new URL('../../../../docs/exchange.md', import.meta.url), 'utf8');
    const bySource = Map.groupBy(Object.entries(TERMS), ([, source]) => source);
    for (const [source, terms] of bySource) {
      const [prefix = ''] = (terms[0]?.[0] ?? '').split(':');
      const names = terms.map(([term]) => `\`${term}\``).join(', ');
      const row = `| ${source} | \`${CONTEXT[prefix as keyof typeof CONTEXT]}\` | ${names} |`;
      assert.ok(page.includes(row), `docs/exchange.md lacks this row:\n${row}`);
    }
  });

  test('through the door: JSON-LD, as a file', async () => {
    const world = await World.open();
    try {
      const officer: As = await world.person(await world.first(), 'ada@marlow.example', ['privacy-officer']);
      const opened = await world.ask('POST', '/api/incidents', officer, {
        title: 'A label',
        kind: 'misdelivery',
      });
      const answer = await world.ask('GET', `/api/incidents/${opened.body.incident}/dpv`, officer);
      assert.equal(answer.headers['content-type'], 'application/ld+json; charset=utf-8');
      assert.equal(answer.body['@id'], `urn:forthright:incident:${opened.body.incident}`);
      const missing = await world.ask('GET', '/api/incidents/inc_x/dpv', officer);
      assert.equal(missing.body.code, 'incident-not-found');
    } finally {
      await world.close();
    }
  });
});
