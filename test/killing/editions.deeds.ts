/** Every deed on editions of the public page, and writing what was published. */
import type { Changed, EditionChanged } from '@forthright/contract';
import { ROLES } from '@forthright/contract';
import { editionOperations, publishAnswers } from '../../server/src/answer/index.ts';
import { actor, ask } from '../../server/src/incident/testing.ts';
import { finishedRun, LEAKS, person, writeWorkspace } from '../../server/src/notify/campaigns/testing.ts';
import type { Reads } from '../../server/src/platform/db/index.ts';
import { STATEMENT, TEXTS } from '../pages/world.ts';
import type { Deeds, World } from './process.ts';

async function run<T>(world: World, name: string, rawInput: object, who = 'usr_ada'): Promise<T> {
  const workspace = await writeWorkspace(world.folder);
  const found = editionOperations({ workspace }).find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no operation ${name}.`);
  const asked = { ...world.asked, actor: actor(who, ...ROLES) };
  return found.output.parse(await found.run(asked, found.input.parse(rawInput))) as T;
}

async function toPrepare({ asked }: World): Promise<object> {
  const times = { contained: { at: '2025-11-20T16:30:00+01:00', saidBy: 'Ada' } };
  const { incident } = await ask<Changed>(asked, 'open-incident', {
    title: 'Pages',
    kind: 'technical-error',
    times,
  });
  await ask(asked, 'set-leaks', { incident, version: 0, leaks: LEAKS });
  const job = await finishedRun(asked, incident, [person(1), person(2)]);
  const address = incident.replace('_', '-');
  return { incident, run: job, address, statement: STATEMENT, texts: TEXTS };
}

const prepared = async (world: World): Promise<EditionChanged> =>
  run<EditionChanged>(world, 'prepare-edition', await toPrepare(world));

const publish = (world: World, { incident, edition, hash }: EditionChanged): Promise<EditionChanged> =>
  run<EditionChanged>(world, 'publish-edition', { incident, edition, hash }, 'usr_bo');

export const DEEDS: Deeds = {
  'prepare-edition': async (world) => {
    const given = await toPrepare(world);
    return world.does(() => run<EditionChanged>(world, 'prepare-edition', given));
  },
  'publish-edition': async (world) => {
    const made = await prepared(world);
    return world.does(() => publish(world, made));
  },
  'discard-edition': async (world) => {
    const { incident, edition } = await prepared(world);
    const given = { incident, edition, reason: 'Counted anew.' };
    return world.does(() => run<EditionChanged>(world, 'discard-edition', given));
  },
  'write-pages': async (world) => {
    await publish(world, await prepared(world));
    await world.does(() => publishAnswers({ db: world.asked.db, data: world.folder }));
    return undefined;
  },
};

/** Each edition and each move has its entry and the other way round; what is prepared or published has its files. */
export async function alsoWrong(reads: Reads): Promise<string[]> {
  const wrong = await reads.rows<{ what: string }>(
    `SELECT coalesce(m.entry, e.index)::text AS what FROM edition_moves m
       FULL JOIN (SELECT index FROM register_entries WHERE kind LIKE 'edition-%') e ON e.index = m.entry
       WHERE m.entry IS NULL OR e.index IS NULL
     UNION ALL SELECT d.id FROM editions d
       WHERE (d.state <> 'discarded') <> EXISTS (SELECT FROM edition_files f WHERE f.edition = d.id)
     UNION ALL SELECT d.id FROM editions d WHERE NOT EXISTS (SELECT FROM edition_moves m WHERE m.edition = d.id
       AND m.act = CASE d.state WHEN 'prepared' THEN 'prepare' WHEN 'published' THEN 'publish' ELSE 'discard' END)`,
  );
  return wrong.map(({ what }) => `${what} has no counterpart`);
}
