/** What the law of one place changes in the form of a notice. */
export type Form = Readonly<{
  /** The words of the statute, which stand there whatever the language; in front of the translation. */
  headings: Readonly<Partial<Record<'title' | 'what' | 'which' | 'doing' | 'can' | 'more', string>>>;
  /** The statute forbids a description of what happened. */
  withoutDescription: boolean;
  /** The statute forbids to say how many people it concerns. */
  withoutNumber: boolean;
  /** Whether the police delayed the notice must be said. */
  saysDelay: boolean;
  /** The right to a police report, and how to freeze one's credit, must be said. */
  saysFreeze: boolean;
  /** How to reach the credit reporting agencies, whatever data were exposed. */
  saysBureaus: boolean;
  citation: string | undefined;
}>;

export const PLAIN: Form = {
  headings: {},
  withoutDescription: false,
  withoutNumber: false,
  saysDelay: false,
  saysFreeze: false,
  saysBureaus: false,
  citation: undefined,
};

/** By the duty towards people that asks for it; a test holds each to that duty's list of contents in `duties/*.yaml`. */
export const FORMS: Readonly<Record<string, Form>> = {
  'US-CA/people': {
    ...PLAIN,
    headings: {
      title: 'Notice of Data Breach',
      what: 'What Happened',
      which: 'What Information Was Involved',
      doing: 'What We Are Doing',
      can: 'What You Can Do',
      more: 'For More Information',
    },
    saysDelay: true,
    citation: 'Cal. Civ. Code § 1798.82(d)',
  },
  'US-MA/people': {
    ...PLAIN,
    withoutDescription: true,
    withoutNumber: true,
    saysFreeze: true,
    saysBureaus: true,
    citation: 'M.G.L. c. 93H § 3(b)',
  },
  'US-IL/people': { ...PLAIN, withoutNumber: true, saysBureaus: true, citation: '815 ILCS 530/10(a)' },
  'US-AZ/people': { ...PLAIN, saysBureaus: true, citation: 'A.R.S. § 18-552' },
  'US-CO/people': { ...PLAIN, saysBureaus: true, citation: 'C.R.S. § 6-1-716' },
  'US-DC/people': { ...PLAIN, saysBureaus: true, citation: 'D.C. Code § 28-3852' },
  'US-IA/people': { ...PLAIN, saysBureaus: true, citation: 'Iowa Code § 715C.2' },
  'US-MD/people': { ...PLAIN, saysBureaus: true, citation: 'Md. Code, Com. Law § 14-3504' },
  'US-NC/people': { ...PLAIN, saysBureaus: true, citation: 'N.C. Gen. Stat. § 75-65' },
  'US-NM/people': { ...PLAIN, saysBureaus: true, citation: 'NMSA 1978, §§ 57-12C-1 to 57-12C-12' },
  'US-OR/people': { ...PLAIN, saysBureaus: true, citation: 'ORS 646A.604' },
  'US-RI/people': {
    ...PLAIN,
    saysFreeze: true,
    saysBureaus: true,
    citation: 'R.I. Gen. Laws § 11-49.3-4',
  },
  'US-WA/people': { ...PLAIN, saysBureaus: true, citation: 'RCW 19.255.010' },
};

/** The form for somebody who lives in `region`, where a duty of that place is due or may be. */
export function formOf(region: string, duties: readonly string[]): Form {
  const id = `${region}/people`;
  return duties.includes(id) ? (FORMS[id] ?? PLAIN) : PLAIN;
}
