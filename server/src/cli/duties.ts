import { resolve } from 'node:path';
import { ForthrightError, type Problem } from '@forthright/contract';
import { assess, type Checked, dutiesCheck, dutiesList, dutiesShow } from '../assess/index.ts';
import { assessText, lawListText } from './text/duties.ts';
import { regimeText } from './text/regime.ts';
import { plural } from './text/words.ts';
import type { Args, Context, Operation } from './types.ts';

const LAW = {
  law: {
    type: 'string',
    value: 'FOLDER',
    about: "another folder of the law than Forthright's own `duties/`",
  },
} as const;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const folderOf = ({ cwd }: Context, { options }: Args): string | undefined =>
  typeof options.law === 'string' ? resolve(cwd, options.law) : undefined;

/** `forthright assess` and `forthright duties`. The clock comes from outside. */
export const dutiesCommands = (now: () => number): readonly Operation[] => [
  {
    name: assess.name,
    summary: 'how severe, what to do about it, who must be told, under which law, by when and why',
    takes: [{ name: 'INCIDENT', about: 'the incident file' }],
    needsWorkspace: true,
    options: {
      ...LAW,
      risk: {
        type: 'string',
        value: 'FILE',
        about: 'the risk file: what the logs and the incident file don’t say of the risk',
      },
      at: {
        type: 'string',
        value: 'INSTANT',
        about: 'show clocks as of another time, such as 2025-11-21T08:00:00Z',
      },
    },
    examples: [
      'forthright assess incident.yaml',
      'forthright assess incident.yaml --risk risk.yaml',
      'forthright assess incident.yaml --json > assessment.json',
    ],
    run: async (context, args) => {
      const folder = folderOf(context, args);
      const { progress, signal } = context;
      const asked = assess.input.parse({
        incident: resolve(context.cwd, args.positional.incident ?? ''),
        workspace: resolve(context.cwd, context.workspace),
        ...(folder === undefined ? {} : { law: folder }),
        ...(typeof args.options.risk === 'string' ? { risk: resolve(context.cwd, args.options.risk) } : {}),
        at: instantOf(args.options.at, now),
      });
      const answer = await assess.run(asked, {
        signal,
        step: (words) => progress.update(words),
        progress: (words, done, total) => progress.update(words, done, total),
      });
      context.print(context.json ? json(answer) : assessText(answer));
    },
  },
  {
    name: 'duties',
    summary: 'the law that Forthright knows: list it, show one, or check its files and their own cases',
    takes: [
      { name: 'ACTION', about: 'list, show or check' },
      { name: 'CODE', about: 'of the law to show, such as EU or US-CA', optional: true },
    ],
    options: LAW,
    examples: ['forthright duties list', 'forthright duties show US-CA', 'forthright duties check'],
    run: async (context, args) => {
      const { action = '', code } = args.positional;
      const law = folderOf(context, args);
      if (action !== 'show' && code !== undefined)
        throw new ForthrightError('usage', `\`duties ${action}\` takes no CODE`);
      switch (action) {
        case 'list': {
          const found = await dutiesList.run({ law });
          context.print(
            context.json ? json(found) : lawListText(found.regimes, found.unverified, found.broken),
          );
          return;
        }
        case 'show': {
          if (code === undefined)
            throw new ForthrightError(
              'usage',
              '`duties show` needs the CODE of a law; see `forthright duties list`',
            );
          const shown = await dutiesShow.run({ law, code });
          context.print(context.json ? json(shown) : regimeText(shown));
          return;
        }
        case 'check': {
          const checked = await dutiesCheck.run({ law });
          refuseFaults(checked);
          const { regimes, unverified } = checked.law;
          const words = `${plural(regimes.length, 'law')} with ${plural(checked.cases, 'case')}: as expected; ${plural(unverified.length, 'law')} unverified\n`;
          context.print(
            context.json
              ? json({
                  ok: true,
                  regimes: regimes.length,
                  unverified: unverified.length,
                  cases: checked.cases,
                })
              : words,
          );
          return;
        }
        default:
          throw new ForthrightError(
            'usage',
            `\`duties\` does \`list\`, \`show CODE\` or \`check\`, not \`${action}\``,
          );
      }
    },
  },
];

function instantOf(raw: unknown, now: () => number): string {
  if (typeof raw !== 'string') return new Date(now()).toISOString();
  try {
    return Temporal.Instant.from(raw).toString();
  } catch (rawError) {
    throw new ForthrightError(
      'usage',
      `\`--at ${raw}\` is no instant with its zone, such as 2025-11-21T08:00:00Z`,
      { cause: rawError },
    );
  }
}

function refuseFaults({ law, failures }: Checked): void {
  const problems: Problem[] = [
    ...law.broken.flatMap(({ file, problems: p }) =>
      p.map(({ at, message }) => ({ at: `${file} ${at}`, message })),
    ),
    ...failures.flatMap(({ regime, it, what }) =>
      what.map((w) => ({ at: `${regime}.yaml, case "${it}"`, message: w })),
    ),
  ];
  if (problems.length > 0)
    throw new ForthrightError('law-invalid', `the law has ${plural(problems.length, 'fault')}`, { problems });
}
