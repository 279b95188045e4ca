import { resolve } from 'node:path';
import { scope, seenByViewer, type Watch, whoSawPerson } from '../scope/index.ts';
import { scopeText } from './text/scope.ts';
import { seenByText, whoSawText } from './text/views.ts';
import type { Context, Operation } from './types.ts';

const INCIDENT = { name: 'INCIDENT', about: 'the incident file' };

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function watchOf({ progress, signal }: Context): Watch {
  return {
    signal,
    step: (words) => progress.update(words),
    progress: (words, done, total) => progress.update(words, done, total),
  };
}

/** The commands of the stage scope. */
export const scopeCommands: readonly Operation[] = [
  {
    name: scope.name,
    summary: 'who was exposed, what, where, to whom, from when to when, and what the logs can not show',
    takes: [INCIDENT],
    needsWorkspace: true,
    examples: [
      'forthright scope incident.yaml',
      'forthright scope incident.yaml --json > answer.json',
      'forthright scope incident.yaml --workspace shop/forthright.yaml --out answer/',
    ],
    run: async (context, { positional }) => {
      const out = context.out === undefined ? undefined : resolve(context.cwd, context.out);
      const answer = await scope.run({ ...askedOf(context, positional.incident), out }, watchOf(context));
      context.print(context.json ? json(answer) : scopeText(answer));
      if (context.out !== undefined)
        context.note(
          `Written to ${context.out}: people.parquet, recipients.parquet, evidence.json, answer.json`,
        );
    },
  },
  {
    name: whoSawPerson.name,
    summary: "who saw this person's data, and when",
    takes: [{ name: 'PERSON', about: 'a customer id or e-mail address' }, INCIDENT],
    needsWorkspace: true,
    examples: [
      'forthright who-saw c-1042 incident.yaml',
      'forthright who-saw ana@shop.example incident.yaml --json',
    ],
    run: async (context, { positional }) => {
      const answer = await whoSawPerson.run(
        { ...askedOf(context, positional.incident), person: positional.person ?? '' },
        watchOf(context),
      );
      context.print(context.json ? json(answer) : whoSawText(answer));
    },
  },
  {
    name: seenByViewer.name,
    summary: 'whose data this viewer saw, and when',
    takes: [
      { name: 'VIEWER', about: 'an account, a client address, or a pseudonym from an answer' },
      INCIDENT,
    ],
    needsWorkspace: true,
    examples: ['forthright seen-by c-77 incident.yaml', 'forthright seen-by 203.0.113.9 incident.yaml'],
    run: async (context, { positional }) => {
      const answer = await seenByViewer.run(
        { ...askedOf(context, positional.incident), viewer: positional.viewer ?? '' },
        watchOf(context),
      );
      context.print(context.json ? json(answer) : seenByText(answer));
    },
  },
];

const askedOf = (context: Context, incident = '') => ({
  incident: resolve(context.cwd, incident),
  workspace: resolve(context.cwd, context.workspace),
});
