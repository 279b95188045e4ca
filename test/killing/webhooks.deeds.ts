/** Every deed on webhooks. */
import type { WebhookAdded, WebhookChanged, WebhooksResumed } from '@forthright/contract';
import { ask } from '../../server/src/incident/testing.ts';
import type { Reads } from '../../server/src/platform/db/index.ts';
import { deed, record } from '../../server/src/prove/index.ts';
import { announce, standStill, webhookOperations } from '../../server/src/webhooks/index.ts';
import { moveWebhook } from '../../server/src/webhooks/store.ts';
import type { Deeds, World } from './process.ts';

const operations = webhookOperations({ allowPrivate: false });
const WANTED = { url: 'https://hooks.marlow.example/', events: ['incident-opened'] };

async function run<T>({ asked }: World, name: string, rawInput: object): Promise<T> {
  const found = operations.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no operation ${name}.`);
  return (await found.run(asked, found.input.parse(rawInput))) as T;
}

const add = (world: World) => run<WebhookAdded>(world, 'add-webhook', WANTED);

const upon =
  (name: string) =>
  async (world: World): Promise<WebhookChanged> => {
    const { webhook } = await add(world);
    return world.does(() => run<WebhookChanged>(world, name, { webhook }));
  };

export const DEEDS: Deeds = {
  'add-webhook': (world) => world.does(() => add(world)),
  'test-webhook': upon('test-webhook'),
  'enable-webhook': upon('enable-webhook'),
  'remove-webhook': upon('remove-webhook'),
  'disable-webhook': async (world) => {
    const { webhook } = await add(world);
    return world.does(() =>
      deed(world.asked, async (tx) => {
        const entry = await record(tx, { kind: 'webhook-disabled', facts: { webhook } });
        await moveWebhook(tx, { id: webhook, entry, act: 'disabled' });
        return entry;
      }),
    );
  },
  'resume-webhooks': async (world) => {
    await world.asked.db.transaction((tx) => standStill(tx, world.asked.now()));
    const { entry } = await world.does(() => run<WebhooksResumed>(world, 'resume-webhooks', {}));
    return entry;
  },
  announce: async (world) => {
    await add(world);
    await ask(world.asked, 'open-incident', { title: 'A label', kind: 'misdelivery' });
    await world.does(() => announce(world.asked.db, world.asked.now));
    return undefined;
  },
};

/**
 * Each webhook and each move has its entry and the other way round; who waits for a delivery has its job; whoever wants to hear of
 * incidents heard of each, but of those that were restricted before it was their turn.
 */
export async function alsoWrong(reads: Reads): Promise<string[]> {
  const strays = await reads.rows<{ what: string }>(
    `SELECT coalesce(d.entry, e.index)::text AS what
      FROM (SELECT entry FROM webhooks UNION SELECT entry FROM webhook_moves
          UNION SELECT resumed_entry FROM webhook_standstills WHERE resumed_entry IS NOT NULL) d
      FULL JOIN (SELECT index FROM register_entries WHERE kind LIKE 'webhook-%' OR kind = 'webhooks-resumed') e ON e.index = d.entry
      WHERE d.entry IS NULL OR e.index IS NULL
     UNION SELECT d.id FROM webhook_deliveries d
      WHERE NOT EXISTS (SELECT FROM jobs j WHERE j.kind = 'webhook-delivery' AND j.input->>'delivery' = d.id)
     UNION SELECT j.id FROM jobs j
      WHERE j.kind = 'webhook-delivery' AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.id = j.input->>'delivery')
     UNION SELECT e.index::text FROM register_entries e
      WHERE e.kind = 'incident-opened' AND e.index <= (SELECT entry FROM webhook_cursor)
        AND e.index > (SELECT min(entry) FROM webhooks WHERE state = 'enabled')
        AND NOT EXISTS (SELECT FROM webhook_events v WHERE v.subject = e.index::text)
        AND NOT EXISTS (SELECT FROM register_entries r WHERE r.kind = 'incident-restricted'
          AND convert_from(r.entry, 'UTF8')::jsonb->'incident' = convert_from(e.entry, 'UTF8')::jsonb->'incident')`,
  );
  return strays.map(({ what }) => `${what} has no counterpart`);
}
