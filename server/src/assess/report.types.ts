import type {
  Answer,
  FilledField,
  ReportStatement,
  RiskAnswer,
  ScopeAnswer,
  Workspace,
} from '@forthright/contract';

/** What an incident file, or the record of an incident, says: times with their zone, and texts. */
export type KnownIncident = Readonly<{
  occurred?: string | undefined;
  aware?: string | undefined;
  contained?: Readonly<{ at: string; summary?: string | undefined }> | undefined;
  cause?: Readonly<{ summary?: string | undefined }> | undefined;
  /** What is stated for the law: which establishment decides on the processing, and when what was found. */
  facts?:
    | Readonly<Partial<Record<'mainEstablishment' | 'discovered' | 'determined', string | undefined>>>
    | undefined;
  /** What a named person decided, the gravest that stands; `due`: until when who is to be told must be told. */
  decided?: Readonly<{ id: string; by: string; answer: Answer; due?: string | undefined }> | undefined;
}>;

/** What a report is filled from. Only the organisation has to be known. */
export type ReportFacts = Readonly<{
  organisation: Workspace['organisation'];
  statement: ReportStatement;
  incident?: KnownIncident | undefined;
  scope?: ScopeAnswer | undefined;
  risk?: RiskAnswer | undefined;
  at: Date;
}>;

export type Values = Readonly<Record<string, FilledField>>;

export type Addressee = Readonly<{ country: string; name: string; why: string; confidence: string }>;
