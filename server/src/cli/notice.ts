import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { visible } from '../kernel/index.ts';
import { oneAddress } from '../platform/mail/index.ts';
import type { CohortRow } from '../scope/index.ts';
import type { Operation } from './types.ts';

/** Stands where a check code will: a notice that is only looked at has none. */
const NO_CODE = 'PREVIEW';

/** `forthright notice`: what one person would be written, from the facts of a run. Nothing is sent. */
export const noticeCommand = (now: () => Date): Operation => ({
  name: 'notice',
  summary: 'what one person would be written, from the facts of a run; nothing is sent',
  takes: [{ name: 'FILE', about: 'the notice file: which answer, and what no log knows' }],
  needsWorkspace: true,
  options: {
    person: { type: 'string', value: 'ID', about: 'whose notice; the first person of the answer without it' },
    status: { type: 'string', value: 'STATUS', about: 'the first person who is `exposed` or `unknown`' },
    language: { type: 'string', value: 'LANGUAGE', about: 'another language than the person’s own' },
  },
  examples: [
    'forthright notice notice.yaml',
    'forthright notice notice.yaml --person C1000001 --language de',
    'forthright notice notice.yaml --status unknown --out preview/',
  ],
  run: async ({ cwd, workspace, json, out, print, note, signal, progress }, { positional, options }) => {
    // Loaded when it is asked for: no other command should wait for languages.
    const { compose, loadNotice, personFacts, withPeople } = await import('../notify/index.ts');
    const notice = await loadNotice(resolve(cwd, positional.file ?? ''), resolve(cwd, workspace));
    const { person = '', status, language } = options as Readonly<Record<string, string | undefined>>;
    if (status !== undefined && status !== 'exposed' && status !== 'unknown')
      throw new ForthrightError('usage', `--status ${status}: name \`exposed\` or \`unknown\``);
    if (language !== undefined && !notice.languages.has(language))
      throw new ForthrightError(
        'usage',
        `--language ${language}: there is ${[...notice.languages.keys()].join(', ')}`,
      );
    const which = { person, status: status ?? '' } as const;
    const watch = { signal, step: (words: string) => progress.update(words) };
    const row = await withPeople(notice, which, watch, firstOf);
    if (row === undefined)
      throw new ForthrightError(
        'person-not-found',
        `there is nobody to write to: ${person || status || 'the answer names no person of the directory'}`,
      );
    const facts = personFacts(notice.run, row, oneAddress(row.email));
    const composed = compose({
      incident: notice.facts,
      person: language === undefined ? facts : { ...facts, language },
      languages: notice.languages,
      fallback: notice.fallback,
      code: NO_CODE,
      today: now().getTime(),
    });
    const { to, subject, text, html } = composed.notice;
    if (out !== undefined) {
      const folder = resolve(cwd, out);
      await mkdir(folder, { recursive: true });
      await Promise.all([
        writeFile(join(folder, 'notice.txt'), `${subject}\n\n${text}`),
        writeFile(join(folder, 'notice.html'), html),
      ]);
      note(`Written to ${out}: notice.txt, notice.html`);
    }
    print(
      json
        ? `${JSON.stringify({ schema: 'forthright/notice/1', ...composed }, null, 2)}\n`
        : `To:       ${visible(to)}\nSubject:  ${visible(subject)}\n\n${text}`,
    );
  },
});

async function firstOf(pages: AsyncIterable<CohortRow[]>): Promise<CohortRow | undefined> {
  for await (const [row] of pages) return row;
  return undefined;
}
