import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  CITATIONS,
  type CitationId,
  ForthrightError,
  Report,
  ReportStatement,
  type RiskAnswer,
} from '@forthright/contract';
import { loadIncident } from '../incident/index.ts';
import { readDocument } from '../platform/index.ts';
import { loadWorkspace } from '../sources/index.ts';
import { addresseesOf } from './addressees.rules.ts';
import { fillFields } from './report.fill.rules.ts';
import { otherBody, otherLabel } from './report.other.rules.ts';
import { changesBetween, edpbBody, edpbLabel } from './report.rules.ts';
import type { ReportFacts } from './report.types.ts';
import { assessRiskFile, readScopeAnswer } from './risk.ts';

const cite = (id: string): string => CITATIONS[id as CitationId]?.[0] ?? id;

/** What names a version: SHA-256 of its JSON with sorted keys. */
export function hashOfReport(report: Report): string {
  const sorted = (_: string, value: unknown): unknown =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return createHash('sha256').update(JSON.stringify(report, sorted)).digest('hex');
}

/** One version of a report from the facts; against the version before, if there is one, with what differs. */
export function makeReport(facts: ReportFacts, previous?: Report): Report {
  const { template, kind, state, by } = facts.statement;
  if (previous !== undefined && previous.template !== template)
    throw new ForthrightError(
      'report-invalid',
      `the version before is of the template ${previous.template}, this one of ${template}`,
    );
  const values = fillFields(facts, cite);
  const body = template === 'edpb' ? edpbBody(facts, values) : otherBody(template, facts, values);
  const labelOf = (field: string) => (template === 'edpb' ? edpbLabel(field) : otherLabel(template, field));
  return {
    schema: 'forthright/report/1',
    template,
    language: 'en',
    kind,
    state,
    by,
    at: facts.at.toISOString(),
    addressees: [...addresseesOf(facts)],
    ...body,
    previous:
      previous === undefined
        ? null
        : { sha256: hashOfReport(previous), changes: changesBetween(previous, body, labelOf) },
  };
}

async function readPrevious(path: string): Promise<Report> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ForthrightError('file-missing', `the version before ${path} can’t be read`, { cause });
  });
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    raw = undefined;
  }
  const parsed = Report.safeParse(raw);
  if (!parsed.success)
    throw new ForthrightError(
      'report-invalid',
      `${path} is no report that \`forthright report --json\` printed`,
    );
  return parsed.data;
}

/** Reads a report file with all that it names, and makes the report. Refuses with every problem of a file at its line. */
export async function reportOfFile(path: string, workspacePath: string, at: Date): Promise<Report> {
  const { value: statement, directory } = await readDocument(path, ReportStatement, 'report-invalid');
  const inFolder = (name: string | undefined) => (name === undefined ? undefined : resolve(directory, name));
  const { workspace } = await loadWorkspace(workspacePath);
  const [incidentPath, scopePath, riskPath, previousPath] = [
    statement.incident,
    statement.scope,
    statement.risk,
    statement.previous,
  ].map(inFolder);
  const incident = incidentPath === undefined ? undefined : (await loadIncident(incidentPath)).incident;
  const scope = scopePath === undefined ? undefined : await readScopeAnswer(scopePath);
  const risk: RiskAnswer | undefined =
    riskPath === undefined ? undefined : await assessRiskFile(riskPath, scopePath);
  const previous = previousPath === undefined ? undefined : await readPrevious(previousPath);
  return makeReport({ organisation: workspace.organisation, statement, incident, scope, risk, at }, previous);
}
