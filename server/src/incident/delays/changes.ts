/** What is done with a delay that law enforcement asked for. */
import type { AddDelay, ConfirmDelay, EndDelay, ProlongDelay, StepTaken } from '@forthright/contract';
import type { Asked } from '../../prove/index.ts';
import { begin, refuseAhead, refused, take } from '../matters/steps.ts';
import { countsUntil } from './rules.ts';

const kind = 'delay';

const known = (evidence: string | undefined) => (evidence === undefined ? {} : { evidence });

export const addDelay = (asked: Asked, { incident, ...given }: AddDelay): Promise<StepTaken> => {
  const { agency, reference, askedAt, form, writtenDue, from, until, reason, proof } = given;
  const suspends = [...new Set(given.suspends)];
  const end = countsUntil(until, writtenDue);
  return begin(asked, { kind, incident, state: form }, ({ at }) => {
    refuseAhead(askedAt, at);
    return {
      event: 'delay-asked',
      facts: {
        askedAt,
        form,
        ...(writtenDue === undefined ? {} : { writtenDue }),
        from,
        until,
        countsUntil: end,
        suspends,
      },
      texts: { agency, reference, reason },
      proof,
      due: end,
      data: (_, evidence) => ({
        askedAt,
        form,
        from,
        until,
        countsUntil: end,
        suspends,
        ...known(evidence),
      }),
    };
  });
};

export const confirmDelay = (
  asked: Asked,
  { incident, delay: id, at, proof }: ConfirmDelay,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'confirm' }, ({ data }, { at: now }) => {
    refuseAhead(at, now);
    return {
      event: 'delay-confirmed',
      facts: { at, countsUntil: data.until },
      proof,
      due: data.until,
      data: (entry, evidence) => ({
        ...data,
        countsUntil: data.until,
        confirmed: { entry, at, ...known(evidence) },
      }),
    };
  });

export const prolongDelay = (
  asked: Asked,
  { incident, delay: id, until, reason, proof }: ProlongDelay,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'prolong' }, ({ data }) => {
    if (Date.parse(until) <= Date.parse(data.until))
      throw refused(`it lasts until ${data.until} already; end it where it is to be shorter`);
    return {
      event: 'delay-prolonged',
      facts: { from: data.until, to: until },
      texts: { reason },
      proof,
      due: until,
      data: () => ({ ...data, until, countsUntil: until }),
    };
  });

export const endDelay = (
  asked: Asked,
  { incident, delay: id, at, text, proof }: EndDelay,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'end' }, ({ data }, { at: now }) => {
    refuseAhead(at, now);
    return {
      event: 'delay-ended',
      facts: { at },
      texts: { text },
      proof,
      due: null,
      data: (entry, evidence) => ({ ...data, ended: { entry, at, ...known(evidence) } }),
    };
  });
