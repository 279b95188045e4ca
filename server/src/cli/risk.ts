import { resolve } from 'node:path';
import {
  EXEMPTIONS,
  RECIPIENT_DELETION,
  RECIPIENT_TRUST,
  RISK_DATA,
  RISK_QUESTIONS,
} from '@forthright/contract';
import { assessRiskFile } from '../assess/index.ts';
import { riskFactorsText, riskText } from './text/risk.ts';
import type { Operation } from './types.ts';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The commands of the risk: no workspace, no engine. */
export const riskCommands: readonly Operation[] = [
  {
    name: 'risk',
    summary: 'whether to tell the authority and the people, why, and what is still to be found out',
    takes: [{ name: 'FILE', about: 'the risk file: what is known of the breach, by whom' }],
    options: {
      scope: { type: 'string', value: 'ANSWER', about: 'the answer that `forthright scope --json` printed' },
    },
    examples: ['forthright risk risk.yaml', 'forthright risk risk.yaml --scope answer.json --json'],
    run: async ({ cwd, json: isJson, print }, { positional, options }) => {
      const scope = options.scope === undefined ? undefined : resolve(cwd, String(options.scope));
      const answer = await assessRiskFile(resolve(cwd, positional.file ?? ''), scope);
      print(isJson ? json(answer) : riskText(answer));
    },
  },
  {
    name: 'risk-factors',
    summary: 'every factor of the risk, its question, its values and where the law asks for it',
    examples: ['forthright risk-factors', 'forthright risk-factors --json'],
    run: async ({ json: isJson, print }) =>
      print(
        isJson
          ? json({
              factors: RISK_QUESTIONS,
              data: RISK_DATA,
              recipients: RECIPIENT_TRUST,
              deletion: RECIPIENT_DELETION,
              exemptions: EXEMPTIONS,
            })
          : riskFactorsText(),
      ),
  },
];
