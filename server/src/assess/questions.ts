import {
  CITATIONS,
  DOCUMENTS,
  EDPB_FIELDS,
  EDPB_TEMPLATE,
  type ReportTemplate,
  type ReportTemplateShown,
  RISK_FACTOR_IDS,
  RISK_QUESTIONS,
  type RiskQuestionsListed,
} from '@forthright/contract';
import { OTHER_TEMPLATES } from './report.other.rules.ts';

type Question = Readonly<{ values?: Readonly<Record<string, string>>; ordinary?: string }>;

/** The questions of the risk as data, for forms. */
export function riskQuestions(): RiskQuestionsListed {
  return {
    factors: RISK_FACTOR_IDS.map((factor) => {
      const { asks, why, cites } = RISK_QUESTIONS[factor];
      const { values = {}, ordinary } = RISK_QUESTIONS[factor] as Question;
      return {
        factor,
        asks,
        why,
        cites: [...cites],
        values: Object.entries(values).map(([value, means]) => ({ value, means })),
        ...(ordinary === undefined ? {} : { ordinary }),
      };
    }),
    citations: Object.fromEntries(
      Object.entries(CITATIONS).map(([id, [text, document]]) => [id, { text, link: DOCUMENTS[document] }]),
    ),
  };
}

const choicesOf = (choices: Readonly<Record<string, string>> = {}) =>
  Object.entries(choices).map(([value, means]) => ({ value, means }));

/** The fields of a template as data, for forms. Those of the other templates are put together from texts. */
export function reportTemplate(template: ReportTemplate): ReportTemplateShown {
  if (template === 'edpb') {
    const { name, version, status } = EDPB_TEMPLATE;
    const fields = EDPB_FIELDS.map(({ no, label, type, choices, note }) => ({
      field: String(no),
      label,
      type,
      choices: choicesOf(choices),
      ...(note === undefined ? {} : { note }),
    }));
    return { template, name, version, status, fields };
  }
  const { name, version, status, sections } = OTHER_TEMPLATES[template];
  const fields = sections.flatMap((section) =>
    section.fields.map(({ key, label }) => ({ field: key, label, type: 'text' as const, choices: [] })),
  );
  return { template, name, version, status, fields };
}
