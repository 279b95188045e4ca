import type {
  FilledField,
  Incident,
  ReportStatement,
  RiskAnswer,
  ScopeAnswer,
  Workspace,
} from '@forthright/contract';

/** What a report is filled from. Only the organisation has to be known. */
export type ReportFacts = Readonly<{
  organisation: Workspace['organisation'];
  statement: ReportStatement;
  incident?: Incident | undefined;
  scope?: ScopeAnswer | undefined;
  risk?: RiskAnswer | undefined;
  at: Date;
}>;

export type Values = Readonly<Record<string, FilledField>>;

export type Addressee = Readonly<{ country: string; name: string; why: string; confidence: string }>;
