/** For tests: a server with people of all roles, a real SMTP sink, and a campaign that was sent; all asked through the HTTP door. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sendAnswersHandler } from '../../server/src/answer/index.ts';
import { mailingTo, writeWorkspace } from '../../server/src/notify/campaigns/testing.ts';
import type { Mailing } from '../../server/src/notify/index.ts';
import { dkimKey } from '../../server/src/platform/mail/index.ts';
import { type Deed, type Seen, Sink } from '../../server/src/platform/mail/smtp/testing.ts';
import type { CohortRow } from '../../server/src/scope/index.ts';
import { sendCampaignIn } from '../campaigns/sent.ts';
import { House } from '../peers/house.ts';

export const JOB = { id: 'job', kind: 'x', subject: undefined, input: {}, attempt: 1, mostAttempts: 1 };
export const how = () => ({ signal: new AbortController().signal, progress: () => {} });

export class DeskHouse {
  readonly house: House;
  readonly sink: Sink;
  readonly mailing: Mailing;
  readonly #shop: string;
  readonly workspace: string;
  readonly #deeds: { deed: (seen: Seen) => Deed | undefined };

  private constructor(
    house: House,
    given: Readonly<{
      sink: Sink;
      mailing: Mailing;
      shop: string;
      workspace: string;
      deeds: { deed: (seen: Seen) => Deed | undefined };
    }>,
  ) {
    this.house = house;
    this.sink = given.sink;
    this.mailing = given.mailing;
    this.#shop = given.shop;
    this.workspace = given.workspace;
    this.#deeds = given.deeds;
  }

  static async open(more: Partial<Mailing> = {}, url?: string, web?: string): Promise<DeskHouse> {
    const deeds = { deed: (_: Seen): Deed | undefined => undefined };
    const sink = await Sink.open({ message: (seen) => deeds.deed(seen) });
    const { privateKey } = generateKeyPairSync('ed25519');
    const mailing = mailingTo(sink.port, {
      dkim: [dkimKey({ domain: 'marlow.example', selector: 'n2026', privateKey })],
      ...more,
    });
    const shop = mkdtempSync(join(tmpdir(), 'forthright-desk-'));
    const workspace = await writeWorkspace(shop);
    const house = await House.open(url, workspace, mailing, web);
    return new DeskHouse(house, { sink, mailing, shop, workspace, deeds });
  }

  /** What the sink does with a message instead of taking it. */
  set deed(deed: (seen: Seen) => Deed | undefined) {
    this.#deeds.deed = deed;
  }

  sent(rows: readonly CohortRow[]): Promise<Readonly<{ incident: string; campaign: string }>> {
    const { db, folder, now } = this.house.world;
    return sendCampaignIn({ db, folder, workspace: this.workspace, mailing: this.mailing, now }, rows);
  }

  /** The lines of the directory's file. */
  directory(lines: readonly string[]): void {
    writeFileSync(join(this.#shop, 'shop', 'customers.csv'), lines.join('\n'));
  }

  /** What the job by the clock does. */
  async sendAnswers(): Promise<void> {
    const { db, now } = this.house.world;
    await sendAnswersHandler({ db, now, mailing: this.mailing }).run(JOB, how());
  }

  /** The messages that the sink took since so many. */
  takenTo(address: string): readonly Seen[] {
    return this.sink.taken.filter(({ to }) => String(to) === address);
  }

  async close(): Promise<void> {
    await this.house.close();
    await this.sink.close();
    rmSync(this.#shop, { recursive: true, force: true });
  }
}
