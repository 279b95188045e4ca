import { resolve } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { readScopeAnswer } from '../assess/index.ts';
import type { Finding, LintReport } from '../notify/index.ts';
import { lintText } from './text/lint.ts';
import type { Operation } from './types.ts';

/** `forthright lint`: what a notice lacks, hides, gets wrong, and what makes it look like a fraud. */
export const lintCommand = (now: () => Date): Operation => ({
  name: 'lint',
  summary: 'what a notice lacks, hides or gets wrong, and what makes it look like a fraud',
  takes: [{ name: 'FILE', about: 'the notice: text, HTML or a message (.eml)' }],
  options: {
    incident: {
      type: 'string',
      value: 'INCIDENT',
      about: 'the incident file that its claims are held against',
    },
    scope: {
      type: 'string',
      value: 'ANSWER',
      about: 'the answer of scope that its figures are held against',
    },
    facts: {
      type: 'string',
      value: 'FACTS',
      about: 'what the notice says of its one person: the output of `forthright notice --json`',
    },
    law: {
      type: 'string',
      value: 'CODE',
      about: 'a law whose list it must meet, EU unless named',
      multiple: true,
    },
    domain: { type: 'string', value: 'DOMAIN', about: 'a domain of the sender’s own', multiple: true },
    language: { type: 'string', value: 'LANGUAGE', about: 'its language; told from the text without it' },
  },
  examples: [
    'forthright lint notice.txt',
    'forthright lint notice.eml --incident incident.yaml --scope answer/answer.json',
    'forthright lint notice.html --law EU --law US-CA --json',
    'forthright lint notice.txt --incident incident.yaml --scope answer/answer.json --facts notice.json',
  ],
  run: async ({ cwd, json, print, signal }, { positional, options }) => {
    const { lintNotice, readNoticeFacts, readNoticeFile } = await import('../notify/index.ts');
    const { incident, scope, facts, law, domain, language } = options;
    if (scope !== undefined && incident === undefined)
      throw new ForthrightError('usage', '--scope needs --incident: the answer is one of an incident');
    if (facts !== undefined && scope === undefined)
      throw new ForthrightError('usage', '--facts needs --scope: they are of a run');
    const name = positional.file ?? '';
    const answer = typeof scope === 'string' ? await readScopeAnswer(resolve(cwd, scope)) : undefined;
    const report = await lintNotice({
      bytes: await readNoticeFile(resolve(cwd, name)),
      name,
      language: typeof language === 'string' ? language : undefined,
      incident: typeof incident === 'string' ? resolve(cwd, incident) : undefined,
      answer,
      facts: typeof facts === 'string' ? await readNoticeFacts(resolve(cwd, facts), answer) : undefined,
      laws: Array.isArray(law) ? law : ['EU'],
      domains: Array.isArray(domain) ? domain : [],
      today: now(),
      signal,
    });
    print(json ? `${JSON.stringify(report, null, 2)}\n` : lintText(report, name));
    if (report.errors > 0) throw new ForthrightError('notice-faulty', faulty(report));
  },
});

const faulty = ({ errors, findings }: LintReport): string =>
  `the notice has ${errors === 1 ? 'one error' : `${errors} errors`}: ${namesOf(findings).join(', ')}`;

const namesOf = (findings: readonly Finding[]): string[] => [
  ...new Set(findings.filter((f) => f.severity === 'error').map((f) => f.rule)),
];
