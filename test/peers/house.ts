/** A server with people of all roles, on both engines, for what is tried through the HTTP door over months. */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { type Changed, type IncidentShown, ROLES, type Role } from '@forthright/contract';
import { type As, World } from '../../server/src/http/testing.ts';
import { seat, strays } from '../../server/src/incident/testing.ts';
import type { Mailing } from '../../server/src/notify/index.ts';
import { type Postgres, startPostgres, whyNoPostgres } from './postgres.ts';
import { isSoak } from './soak.ts';

/** Another person than the first of that role. */
export const SECOND_OFFICER = 'second-officer';

/** The server with somebody of each role, each with a token, since sessions end while the clock is moved. */
export class House {
  readonly world: World;
  readonly #tokens = new Map<string, As>();
  readonly #cookies = new Map<string, string>();

  private constructor(world: World) {
    this.world = world;
  }

  static async open(url?: string, workspace?: string, mailing?: Mailing, web?: string): Promise<House> {
    const house = new House(await World.open({ url, workspace, mailing, web }));
    const root = await house.world.first();
    for (const role of ROLES) await house.#join(root, role, role);
    await house.#join(root, SECOND_OFFICER, 'privacy-officer');
    await seat(house.world.db);
    return house;
  }

  async #join(root: As, who: string, role: Role): Promise<void> {
    const { id: _, ...as } = await this.world.person(root, `${who}@marlow.example`, [role]);
    this.#cookies.set(who, as.cookie ?? '');
    const given = { name: 't', scopes: [role], days: 365 };
    const { body } = await this.world.ask('POST', '/api/tokens', as, given);
    this.#tokens.set(who, { token: String(body.secret) });
  }

  tokenOf(who: string): string {
    return this.#tokens.get(who)?.token ?? '';
  }

  /** The session of somebody, for a browser: the clock of this world may stand where the browser's would have ended it. */
  cookieOf(who: string): Readonly<{ name: string; value: string }> {
    const [name = '', value = ''] = (this.#cookies.get(who) ?? '').split(/=(.*)/s);
    return { name, value };
  }

  /** What is answered when it goes well; a test fails on anything else. */
  async ask<T>(who: string, method: string, url: string, payload?: object): Promise<T> {
    const { status, body } = await this.world.ask(method, `/api${url}`, this.#tokens.get(who), payload);
    assert.equal(status, 200, JSON.stringify(body));
    return body as T;
  }

  /** A document. */
  async text(who: string, url: string): Promise<string> {
    const { status, text } = await this.world.ask('GET', `/api${url}`, this.#tokens.get(who));
    assert.equal(status, 200, text);
    return text;
  }

  /** The refusal's code and words. */
  async refusal(who: string, method: string, url: string, payload?: object): Promise<string> {
    const { status, body } = await this.world.ask(method, `/api${url}`, this.#tokens.get(who), payload);
    assert.ok(status >= 400, JSON.stringify(body));
    const problems = (body.problems ?? []) as { at: string; message: string }[];
    return `${body.code}: ${body.detail} ${problems.map(({ at, message }) => `${at}: ${message}`).join('; ')}`;
  }

  /** An incident that is known about, and its address. */
  async incident(given: object = {}): Promise<string> {
    const times = { aware: { at: '2025-11-20T10:00:00+01:00', saidBy: 'the shift lead' } };
    const asked = { title: 'Labels went wrong', kind: 'misdelivery', times, ...given };
    const { incident } = await this.ask<Changed>('privacy-officer', 'POST', '/incidents', asked);
    return `/incidents/${incident}`;
  }

  show(incident: string): Promise<IncidentShown> {
    return this.ask('privacy-officer', 'GET', incident);
  }

  /** Nothing that was typed stands in the clear. */
  async refuseInClear(typed: string): Promise<void> {
    const found = await this.world.db.rows(
      `SELECT index::text FROM register_entries WHERE position(:typed::text IN convert_from(entry, 'UTF8')) > 0
       UNION ALL SELECT id FROM incident_matters m WHERE position(:typed::text IN m::text) > 0`,
      { typed },
    );
    assert.deepEqual(found, []);
  }

  /** Ends; whatever was done has its entry, and each entry its deed. */
  async close(): Promise<void> {
    try {
      assert.deepEqual(await strays(this.world.db), []);
    } finally {
      await this.world.close();
    }
  }
}

/** In `npm test` over the embedded engine, in `npm run soak` the same tests over both. */
export function onBothEngines(
  name: string,
  tests: (house: () => House) => void,
  { workspace }: Readonly<{ workspace?: string }> = {},
): void {
  for (const kind of isSoak ? (['embedded', 'server'] as const) : (['embedded'] as const)) {
    const skip = kind === 'server' ? (whyNoPostgres() ?? false) : false;
    describe(`${name}: ${kind}`, { skip }, () => {
      let postgres: Postgres | undefined;
      let house: House | undefined;
      before(async () => {
        if (kind === 'server') postgres = await startPostgres();
        house = await House.open(postgres?.url, workspace);
      });
      after(async () => {
        await house?.close();
        await postgres?.stop();
      });
      tests(() => {
        if (house === undefined) throw new Error('Ask within a test.');
        return house;
      });
    });
  }
}
