import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peopleSql, recipientsSql } from '../../server/src/scope/outputs.ts';
import { withRun } from '../../server/src/scope/session.ts';
import type { EnginePerson, EngineRecipient, EngineResult } from './properties.ts';

/** Asks the real engine about a directory that holds incident.yaml and a workspace. */
export async function askEngine(directory: string, workspace = 'forthright.yaml'): Promise<EngineResult> {
  const asked = { incident: join(directory, 'incident.yaml'), workspace: join(directory, workspace) };
  const watch = { step: () => {}, signal: new AbortController().signal };
  return withRun(asked, watch, async ({ run, answer }) => {
    const { engine } = run.input;
    const ms = (column: string) => `toUnixTimestamp64Milli(${column})`;
    const people = await engine.rows<EnginePerson>(
      `SELECT person, if(in_directory, status, 'unidentified') AS status, fields, ${ms('first_seen')} AS first, ${ms('last_seen')} AS last, views, others FROM (${await peopleSql(run)})`,
    );
    const recipients = await engine.rows<EngineRecipient>(
      `SELECT viewer, class, people, views, ${ms('first_seen')} AS first, ${ms('last_seen')} AS last FROM (${await recipientsSql(engine, run.leaks)})`,
    );
    return { answer, people, recipients };
  });
}

/** A fresh folder that is gone afterwards. */
export async function inFolder<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'forthright-test-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
