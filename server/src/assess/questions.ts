import {
  CITATIONS,
  DOCUMENTS,
  RISK_FACTOR_IDS,
  RISK_QUESTIONS,
  type RiskQuestionsListed,
} from '@forthright/contract';

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
