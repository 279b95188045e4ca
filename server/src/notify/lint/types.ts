export const SEVERITIES = ['error', 'warning', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Where words stand in `LintReport.text`: UTF-16 code units, the end not included. */
export type Span = Readonly<{ from: number; to: number }>;

export type Finding = Readonly<{
  rule: string;
  severity: Severity;
  /** Null where something is missing, or is wrong with the message as a whole. */
  at: Span | null;
  /** The words that it is about, as they stand there; empty where something is missing. */
  words: string;
  reason: string;
  source: string;
  better: string;
}>;

export type Link = Readonly<{ href: string; words: string; at: Span }>;

/** A notice as a person reads it, with what only a program sees. */
export type ReadNotice = Readonly<{
  kind: 'text' | 'html' | 'eml';
  /** For a text file the file itself; else what a reader of the HTML sees. */
  text: string;
  subject: string | undefined;
  /** As the document says; undefined where it does not. */
  language: string | undefined;
  links: readonly Link[];
  /** Addresses of the header, of a message. */
  header:
    | Readonly<{
        from: string[];
        replyTo: string[];
        returnPath: string[];
        to: string[];
        hasTextPart: boolean;
      }>
    | undefined;
  attachments: readonly string[];
  /** What HTML has beyond words and links: `form`, `script`, `remote-image`, `pixel`, `hidden`, `no-language`. */
  marks: ReadonlySet<HtmlMark>;
}>;
export const HTML_MARKS = ['form', 'script', 'remote-image', 'pixel', 'hidden', 'no-language'] as const;
export type HtmlMark = (typeof HTML_MARKS)[number];

export type Ease = Readonly<{
  /** Which formula, and by whom. */
  formula: string;
  value: number;
  /** At least, or at most, for a notice that everybody is to understand. */
  wanted: string;
  isEasy: boolean;
}>;

export type Spam =
  | Readonly<{ asked: true; score: number; rules: readonly string[] }>
  | Readonly<{ asked: false; why: string }>;

/** `forthright lint --json` prints one of these. */
export type LintReport = Readonly<{
  schema: 'forthright/lint/1';
  kind: ReadNotice['kind'];
  language: string;
  laws: readonly string[];
  errors: number;
  warnings: number;
  findings: readonly Finding[];
  ease: Ease | null;
  spam: Spam;
  /** What `at` counts in. */
  text: string;
}>;
