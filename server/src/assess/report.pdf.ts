import type { Report } from '@forthright/contract';
import type { PdfBlock, PdfDocument } from '../platform/pdf/index.ts';
import { changeWords, reportHead, sourceWords } from './report.html.ts';

const heading = (text: string): PdfBlock => ({ kind: 'heading', level: 2, text });

function listed(title: string, items: readonly string[]): PdfBlock[] {
  return items.length === 0 ? [] : [heading(title), { kind: 'list', items }];
}

/** The report as what a PDF says. */
export function reportDocument(report: Report): PdfDocument {
  const missing = report.missing.map(({ field, label }) => `${field} ${label}`);
  const wrong = report.wrong.map(({ field, label, message }) => `${field} ${label}: ${message}`);
  return {
    title: report.name,
    author: report.by,
    language: report.language,
    at: new Date(report.at),
    blocks: [
      { kind: 'heading', level: 1, text: report.name },
      { kind: 'entries', entries: reportHead(report).map(([name, value]) => ({ name, value })) },
      ...listed('Missing', missing),
      ...listed('Wrong', wrong),
      ...listed('Changed since the version before', report.previous?.changes.map(changeWords) ?? []),
      ...report.sections.flatMap(({ name, fields }): PdfBlock[] => [
        heading(name),
        {
          kind: 'entries',
          entries: fields.map(({ field, label, law, value, isMissing, source }) => ({
            name: `${field} ${label}${law === null ? '' : ` (${law})`}`,
            value: value ?? (isMissing ? 'missing' : 'nothing'),
            ...(source !== null && { note: sourceWords(source) }),
          })),
        },
      ]),
    ],
  };
}

/**
 * The report as an accessible PDF. What writes it is loaded only now: most commands need none. Refuses (`font-missing`) what
 * somebody typed in letters that no font at hand has.
 */
export async function reportPdf(report: Report): Promise<Uint8Array> {
  const { writePdf } = await import('../platform/pdf/index.ts');
  return writePdf(reportDocument(report));
}
