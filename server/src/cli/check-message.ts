import { resolve } from 'node:path';
import { ForthrightError, type MessageAnswer } from '@forthright/contract';
import type { Truth } from '../answer/index.ts';
import { visible } from '../kernel/index.ts';
import { DATABASE_OPTIONS, type Where, whereOf } from './database.ts';
import type { Args, Context, Operation } from './types.ts';
import { nearWorkspace } from './workspace.ts';

export type CheckWiring = Readonly<{
  /** From the environment. */
  database: string | undefined;
  now: () => Date;
  /** The truth of records that no other process has open. */
  open: (
    where: Where & Readonly<{ workspace: string | undefined }>,
  ) => Promise<Readonly<{ truth: Truth; close: () => Promise<void> }>>;
}>;

/** `forthright check-message`: whether messages are ours, against what anybody may have, or against the records. */
export const checkMessageCommand = (wiring: CheckWiring): Operation => ({
  name: 'check-message',
  summary: 'whether a message is one of our notices, unchanged; a file or each file of a folder',
  takes: [
    { name: 'PATH', about: 'a message (.eml), a text that was copied out of one, or a folder of these' },
  ],
  options: {
    ...DATABASE_OPTIONS,
    truth: {
      type: 'string',
      value: 'FOLDER',
      about: 'the folder that states batches and keys (docs/answer.md)',
    },
    address: {
      type: 'string',
      value: 'ADDRESS',
      about: 'to which it came; without it, the address that the message states',
    },
  },
  common: ['json', 'help', 'workspace'],
  examples: [
    'forthright check-message notice.eml --data forthright-data --workspace shop/forthright.yaml',
    'forthright check-message notice.eml --truth public/',
    'forthright check-message pasted.txt --truth public/ --address ana@shop.example',
    'forthright check-message messages/ --truth public/ --json > verdicts.jsonl',
  ],
  run: async (context, args) => {
    const { truth, close } = await truthOf(wiring, context, args);
    try {
      await checkAll(truth, context, args);
    } finally {
      await close();
    }
  },
});

async function truthOf(wiring: CheckWiring, context: Context, args: Args): ReturnType<CheckWiring['open']> {
  const { cwd, workspace } = context;
  const folder = args.options.truth;
  // Loaded when it is asked for: no other command should wait for what reads mail.
  if (folder !== undefined) {
    const { openFolder } = await import('../answer/index.ts');
    return { truth: await openFolder(resolve(cwd, String(folder)), wiring.now), close: async () => {} };
  }
  const where = await whereOf(context, args, wiring.database);
  return wiring.open({
    ...where,
    workspace: workspace === '' ? await nearWorkspace(cwd) : resolve(cwd, workspace),
  });
}

async function checkAll(
  truth: Truth,
  { cwd, json, print, progress, signal }: Context,
  { positional, options }: Args,
): Promise<void> {
  const { bytesOf, checkMessage, filesAt, UNREADABLE } = await import('../answer/index.ts');
  const address = options.address === undefined ? undefined : String(options.address);
  const path = positional.path ?? '';
  const start = resolve(cwd, path);
  let done = 0;
  let unreadable = 0;
  for await (const file of filesAt(start)) {
    signal.throwIfAborted();
    const bytes = await bytesOf(file);
    if (bytes === undefined) unreadable += 1;
    const answer = bytes === undefined ? UNREADABLE : await checkMessage({ bytes, address }, truth);
    const name = `${path}${file.slice(start.length)}`;
    print(
      json
        ? `${JSON.stringify({ file: name, ...answer })}\n`
        : file === start
          ? whole(answer)
          : line(name, answer),
    );
    done += 1;
    progress.update('checking messages', done);
  }
  if (unreadable > 0)
    throw new ForthrightError('file-unreadable', `${unreadable} of ${done} files could not be read`);
}

const SAID: Readonly<Record<MessageAnswer['verdict'], string>> = {
  'genuine-unchanged': 'Genuine, unchanged',
  'genuine-touched': 'Genuine, touched on the way, text intact',
  'based-on-ours-changed': 'Based on ours, text changed',
  replay: 'Real code, but of another person',
  'not-ours': 'Not ours',
  'cannot-tell': 'Can’t tell',
};

const line = (name: string, { verdict, reasons }: MessageAnswer): string =>
  `${visible(name)}: ${SAID[verdict]} (${reasons.map(({ is }) => is).join(', ')})\n`;

function whole({ verdict, reasons, next, code, differences }: MessageAnswer): string {
  const parts = [
    SAID[verdict],
    reasons.map(({ says }) => `  - ${says}`).join('\n'),
    ...(code === undefined ? [] : [`Code: ${code}`]),
    ...(differences.length === 0 ? [] : [`What is otherwise:\n${differences.map(difference).join('\n')}`]),
    next,
  ];
  return `${parts.join('\n\n')}\n`;
}

const difference = ({ where, ours, theirs, marks }: MessageAnswer['differences'][number]): string =>
  [
    `  ${where}:`,
    ...(ours === '' ? [] : [`    ours:   ${visible(ours)}`]),
    ...(theirs === '' ? ['    theirs: left out'] : [`    theirs: ${visible(theirs)}`]),
    ...(marks.length === 0
      ? []
      : [`    not ours: ${marks.map(({ is, text }) => `${is} ${visible(text)}`).join(', ')}`]),
  ].join('\n');
