/** Every deed of the support desk. */
import { type DeskAnswer, type DeskDone, ROLES } from '@forthright/contract';
import { deskOperations } from '../../server/src/answer/index.ts';
import { actor, seat } from '../../server/src/incident/testing.ts';
import { writeWorkspace } from '../../server/src/notify/campaigns/testing.ts';
import type { Reads } from '../../server/src/platform/db/index.ts';
import { MAILING, type Of, started } from './campaigns.deeds.ts';
import type { Deeds, World } from './process.ts';

async function run<T>({ asked, folder }: World, name: string, rawInput: object): Promise<T> {
  const workspace = await writeWorkspace(folder);
  const operations = deskOperations({ data: folder, workspace, mailing: MAILING });
  const found = operations.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no operation ${name}.`);
  const agent = { ...asked, actor: actor('usr_cy', ...ROLES) };
  return found.output.parse(await found.run(agent, found.input.parse(rawInput))) as T;
}

/** As sending leaves it: nothing is sent here, and the deeds of the desk look only at what the ledger says. */
const leave = ({ asked }: World, { campaign }: Of, state: string) =>
  asked.db.transaction(async (tx) => {
    await tx.run(
      'UPDATE campaign_messages SET attempts = 1, date_ms = 1764000000000 WHERE campaign = :campaign::text',
      { campaign },
    );
    await tx.run(
      "UPDATE campaign_people SET state = :state::text WHERE campaign = :campaign::text AND state = 'prepared'",
      { campaign, state },
    );
  });

async function personOf({ asked }: World, { campaign }: Of, state: string): Promise<string> {
  const [row] = await asked.db.rows<{ id: string }>(
    'SELECT id FROM campaign_people WHERE campaign = :campaign::text AND state = :state::text',
    { campaign, state },
  );
  return row?.id ?? '';
}

const upon =
  (name: string, state: string, more: object) =>
  async (world: World): Promise<DeskDone> => {
    await seat(world.asked.db);
    const of = await started(world);
    await leave(world, of, state === 'other-channel' ? 'accepted' : state);
    const person = await personOf(world, of, state);
    return world.does(() => run<DeskDone>(world, name, { person, ...more }));
  };

export const DEEDS: Deeds = {
  desk: async (world) => {
    await started(world);
    const { receipt } = await world.does(() =>
      run<DeskAnswer>(world, 'desk', { asked: 'person-1@people.example' }),
    );
    return receipt.entry;
  },
  'desk-send-again': upon('desk-send-again', 'accepted', { wish: 'Deleted it.' }),
  'desk-try-again': upon('desk-send-again', 'bounced', {}),
  'desk-send-letter': upon('desk-send-letter', 'other-channel', {}),
  'desk-dispute': upon('desk-dispute', 'accepted', { text: 'No.' }),
};

/** What was done has its entry and the other way round; a copy that was asked for waits; who was shown is listed. */
export async function alsoWrong(reads: Reads): Promise<string[]> {
  const wrong = await reads.rows<{ what: string }>(
    `SELECT coalesce(a.entry, e.index)::text AS what FROM desk_acts a
       FULL JOIN (SELECT index FROM register_entries
         WHERE kind IN ('desk-copy-asked', 'desk-tried-again', 'desk-letter-asked', 'desk-disputed')) e ON e.index = a.entry
       WHERE a.entry IS NULL OR e.index IS NULL
     UNION ALL SELECT a.entry::text FROM desk_acts a LEFT JOIN answer_mails m ON m.entry = a.entry
       WHERE (a.act = 'copy') <> (m.id IS NOT NULL) OR (a.act IN ('letter', 'dispute')) <> (a.task IS NOT NULL)
     UNION ALL SELECT e.index::text FROM register_entries e WHERE e.kind = 'desk-looked-up'
       AND jsonb_array_length(convert_from(e.entry, 'UTF8')::jsonb->'facts'->'people')
         <> (SELECT count(*) FROM desk_look_ups l WHERE l.entry = e.index)`,
  );
  return wrong.map(({ what }) => `${what} has no counterpart`);
}
