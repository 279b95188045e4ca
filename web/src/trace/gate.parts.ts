/** What must be settled before employees are watched, as fields of a form. */
import { date, type Given, line, one, prose, when } from '../kit/deed.parts.ts';

const PERIODS = ['P90D', 'P180D', 'P1Y', 'P2Y'] as const;

export const GATE = {
  purpose: prose('trace-gate.purpose'),
  legalBasis: line('trace-gate.legalBasis', { help: 'trace-gate.legalBasisHelp' }),
  council: one('trace-gate.council', ['agreed', 'notNeeded'], { group: 'trace-gate' }),
  agreed: when(({ council }) => council === 'agreed', date('trace-gate.agreedOn')),
  reference: when(({ council }) => council === 'agreed', line('trace-gate.reference')),
  notNeeded: when(({ council }) => council === 'notNeeded', prose('trace-gate.notNeededWhy')),
  retention: one('trace-gate.retention', PERIODS, { group: 'period', help: 'trace-gate.retentionHelp' }),
  by: line('trace-gate.by'),
};

/** As the server takes it. */
export const gateOf = ({ council, agreed, reference, notNeeded, ...others }: Given<typeof GATE>) => ({
  purpose: others.purpose,
  legalBasis: others.legalBasis,
  retention: others.retention,
  by: others.by,
  worksCouncil:
    council === 'agreed'
      ? { agreed: agreed ?? '', reference: reference ?? '' }
      : { notNeeded: notNeeded ?? '' },
});
