import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { reportHtml, reportOfFile, reportPdf } from '../assess/index.ts';
import { reportText } from './text/report.ts';
import type { Operation } from './types.ts';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const FORMATS = ['json', 'html', 'pdf'] as const;
type Format = (typeof FORMATS)[number];

function formatOf(out: string): Format {
  const found = FORMATS.find((format) => out.endsWith(`.${format}`));
  if (found === undefined)
    throw new ForthrightError('usage', `--out ${out}: name a file that ends in .json, .html or .pdf`);
  return found;
}

/** `forthright report`: the report to an authority, from what is known. */
export const reportCommand = (now: () => Date): Operation => ({
  name: 'report',
  summary:
    'the report to an authority from the facts, what is missing, and what differs from the version before',
  takes: [
    { name: 'FILE', about: 'the report file: which template, who answers for it, what the facts can’t say' },
  ],
  needsWorkspace: true,
  examples: [
    'forthright report report.yaml',
    'forthright report report.yaml --out report.pdf',
    'forthright report report.yaml --json > version-1.json',
  ],
  run: async ({ cwd, workspace, json: isJson, out, print, note }, { positional }) => {
    const format = out === undefined ? undefined : formatOf(out);
    const report = await reportOfFile(resolve(cwd, positional.file ?? ''), resolve(cwd, workspace), now());
    if (out !== undefined && format !== undefined) {
      const make = { json: () => json(report), html: () => reportHtml(report), pdf: () => reportPdf(report) };
      await writeFile(resolve(cwd, out), await make[format]());
      note(`Written to ${out}`);
    }
    print(isJson ? json(report) : reportText(report));
  },
});
