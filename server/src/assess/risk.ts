import { readFile } from 'node:fs/promises';
import {
  ForthrightError,
  type LawFacts,
  type RiskAnswer,
  RiskStatement,
  ScopeAnswer,
} from '@forthright/contract';
import { type Document, readDocument } from '../platform/index.ts';
import { nearestCases } from './nearest.rules.ts';
import { propose } from './proposal.rules.ts';
import { categoriesOf, factorsOf } from './risk.rules.ts';
import { severityOf } from './severity.rules.ts';

/**
 * The assessment of the risk of one breach, from what is stated and, where there are any, the answer of a run of scope
 * and the facts for the law.
 */
export function assessRisk(
  statement: RiskStatement,
  answer?: ScopeAnswer,
  facts?: Pick<LawFacts, 'words'>,
): RiskAnswer {
  const factors = factorsOf(statement, answer, facts);
  return {
    schema: 'forthright/risk/1',
    title: statement.title ?? answer?.title ?? null,
    by: statement.by,
    factors,
    unmapped: answer === undefined ? [] : categoriesOf(Object.keys(answer.fields), statement.fields).unmapped,
    proposal: { ...propose(factors, statement), nearest: nearestCases(factors) },
    severity: severityOf(factors, statement.severity, statement.by),
  };
}

/** Reads the answer that `forthright scope --json` printed. Refuses what is none with `risk-invalid`. */
export async function readScopeAnswer(path: string): Promise<ScopeAnswer> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ForthrightError('file-missing', `the answer of scope ${path} can’t be read`, { cause });
  });
  const raw = parseJson(text);
  const parsed = ScopeAnswer.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new ForthrightError('risk-invalid', `${path} is no answer of \`forthright scope --json\``, {
    problems: parsed.error.issues.slice(0, 20).map((issue) => ({
      at: `${path}:${issue.path.join('.')}`,
      message: issue.message,
    })),
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a risk file. Refuses with every problem of the file at its line. */
export const readRiskFile = (path: string): Promise<Document<RiskStatement>> =>
  readDocument(path, RiskStatement, 'risk-invalid');

/** Reads a risk file and assesses it. Refuses with every problem of the file at its line. */
export async function assessRiskFile(path: string, scopePath?: string): Promise<RiskAnswer> {
  const document = await readRiskFile(path);
  const answer = scopePath === undefined ? undefined : await readScopeAnswer(scopePath);
  return assessRiskDocument(document, answer);
}

/** Assesses a risk file that was read. Refuses a factor that differs from what is known otherwise, at its line. */
export function assessRiskDocument(
  { value, where, path }: Document<RiskStatement>,
  answer?: ScopeAnswer,
  facts?: Pick<LawFacts, 'words'>,
): RiskAnswer {
  try {
    return assessRisk(value, answer, facts);
  } catch (error) {
    if (!(error instanceof ForthrightError) || error.code !== 'risk-invalid') throw error;
    const problems = error.problems.map(({ at, message }) => ({ at: where(at.split('.')), message }));
    throw new ForthrightError('risk-invalid', `risk file ${path}: ${error.message}`, { problems });
  }
}
