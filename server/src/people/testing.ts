/** For tests: whether accounts, sessions, tokens, links and passkeys are what the register says of them. */
import { decodeEntry } from '@forthright/register';
import type { Reads } from '../platform/db/index.ts';

type Facts = Readonly<Record<string, unknown>>;
type Stated = Readonly<{ kind: string; at: string; facts?: Facts }>;
type Row = Readonly<Record<string, unknown>>;
type Kind = 'account' | 'session' | 'token' | 'link' | 'passkey' | 'identity';

/** By kind and id, what each should be; changed by one entry after the other. */
class Expected {
  readonly rows = new Map<Kind, Map<string, Record<string, unknown>>>();
  /** Sessions that may have been forgotten since: they were over. */
  latest = '';

  of(kind: Kind): Map<string, Record<string, unknown>> {
    const rows = this.rows.get(kind) ?? new Map();
    this.rows.set(kind, rows);
    return rows;
  }

  #drop(kind: Kind, account: unknown): void {
    for (const [id, row] of this.of(kind)) if (row.account === account) this.of(kind).delete(id);
  }

  #change(kind: Kind, id: unknown, change: Row): void {
    Object.assign(this.of(kind).get(String(id)) ?? {}, change);
  }

  take(index: number, { kind, at, facts = {} }: Stated): void {
    this.latest = at;
    const { account } = facts;
    if (facts.sessionsEnded !== undefined) this.#drop('session', account);
    if (facts.passkeysRemoved !== undefined) this.#drop('passkey', account);
    if (facts.identitiesRemoved !== undefined) this.#drop('identity', account);
    if (facts.tokensRevoked !== undefined)
      for (const row of this.of('token').values())
        if (row.account === account && row.revoked === null) row.revoked = index;
    if (facts.secondFactorRemoved === true) this.#change('account', account, { factor: index, has: false });
    this.#apply(index, kind, facts);
  }

  #apply(index: number, kind: string, facts: Facts): void {
    const { account, roles, link, session, token, passkey } = facts;
    switch (kind) {
      case 'account-made':
        this.of('account').set(String(account), {
          entry: index,
          roles,
          rolesEntry: index,
          password: null,
          factor: null,
          has: false,
        });
        break;
      case 'account-roles-set':
        this.#change('account', account, { roles, rolesEntry: index });
        break;
      case 'account-erased':
        for (const kind of ['session', 'token', 'link', 'passkey', 'identity'] as const)
          this.#drop(kind, account);
        this.of('account').delete(String(account));
        break;
      case 'password-changed':
        this.#change('account', account, { password: index });
        break;
      case 'second-factor-set':
        this.#change('account', account, { factor: index, has: true });
        break;
      case 'second-factor-removed':
        this.#change('account', account, { factor: index, has: false });
        break;
      case 'link-made':
        for (const [id, row] of this.of('link'))
          if (row.account === account && row.used === null) this.of('link').delete(id);
        this.of('link').set(String(link), { entry: index, account, used: null });
        break;
      case 'link-used':
        this.#change('link', link, { used: index });
        this.#change('account', account, { password: index });
        break;
      case 'session-begun':
        this.of('session').set(String(session), { entry: index, account, expires: facts.expires });
        break;
      case 'session-ended':
        this.of('session').delete(String(session));
        break;
      case 'token-made':
        this.of('token').set(String(token), { entry: index, account, revoked: null });
        break;
      case 'token-revoked':
        this.#change('token', token, { revoked: index });
        break;
      case 'passkey-added':
        this.of('passkey').set(String(passkey), { entry: index, account });
        break;
      case 'identity-linked':
        this.of('identity').set(`${account} ${facts.issuer}`, { entry: index, account });
        break;
      case 'passkey-removed':
        this.of('passkey').delete(String(passkey));
        break;
    }
  }
}

/** As the tables have it, in the words of `Expected`. */
const ACTUAL: Readonly<Record<Kind, string>> = {
  account: `SELECT id, entry::int4, roles, roles_entry::int4 AS "rolesEntry", password_entry::int4 AS password,
              factor_entry::int4 AS factor, totp_secret IS NOT NULL AS has FROM accounts`,
  session: `SELECT 'ses_' || left(hash, 20) AS id, CASE WHEN ended_at IS NULL THEN entry::int4 END AS entry, account,
              to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS expires FROM sessions`,
  token: 'SELECT id, entry::int4, account, revoked_entry::int4 AS revoked FROM api_tokens',
  link: "SELECT 'lnk_' || left(hash, 20) AS id, entry::int4, account, used_entry::int4 AS used FROM one_time_links",
  passkey: `SELECT 'pky_' || left(encode(sha256(id::bytea), 'hex'), 20) AS id, entry::int4, account FROM passkeys`,
  identity: "SELECT account || ' ' || issuer AS id, entry::int4, account FROM identities",
};

/** What differs, as sentences; empty when each change of people has its entry, and each entry its change. */
export async function strays(reads: Reads): Promise<string[]> {
  const entries = await reads.rows<{ index: bigint; entry: Uint8Array }>(
    "SELECT index, entry FROM register_entries WHERE incident IS NULL AND kind <> 'filler' ORDER BY index",
  );
  const expected = new Expected();
  for (const { index, entry } of entries)
    expected.take(Number(index), decodeEntry(entry, `entry ${index}`) as Stated);
  const wrong: string[] = [];
  for (const kind of Object.keys(ACTUAL) as Kind[]) {
    const left = new Map(expected.of(kind));
    for (const { id, ...row } of await reads.rows<{ id: string } & Row>(ACTUAL[kind])) {
      const due = left.get(id);
      left.delete(id);
      if (text(row) !== text(due))
        wrong.push(`${kind} ${id} is ${text(row)}, and by the register ${text(due)}`);
    }
    for (const [id, { expires }] of left)
      if (kind !== 'session' || String(expires) > expected.latest)
        wrong.push(`${kind} ${id} stands in the register and is not there`);
  }
  return wrong;
}

const text = (row: Row | undefined): string =>
  row === undefined
    ? 'nothing'
    : JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)));
