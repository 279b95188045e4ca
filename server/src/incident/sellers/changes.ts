/** What is done about a seller who is banned. */
import {
  type AddSellerBan,
  type CarryOutSellerBan,
  type DecideSellerBan,
  ForthrightError,
  type HandOverSellerLetter,
  type LetterWritten,
  newId,
  type RecordSellerAppeal,
  type StepTaken,
} from '@forthright/contract';
import { type Asked, refuseUnlessMay } from '../../prove/index.ts';
import { refuseUnableTo } from '../changes.ts';
import { begin, refuseAhead, refused, take } from '../matters/steps.ts';
import { composeSellerLetter } from './compose.ts';

const kind = 'ban';

/** The ban, with its letter. The owner is to hand the letter over and to carry the ban out. */
export async function addSellerBan(
  asked: Asked,
  { incident, owner, due, ...facts }: AddSellerBan,
): Promise<LetterWritten> {
  if (asked.actor.via === 'program')
    throw new ForthrightError('not-permitted', 'A program bans nobody; a person decides.');
  let letter = '';
  const step = await begin(
    asked,
    { kind, incident, state: 'written', person: newId('per') },
    async ({ id, incident: of, tx }) => {
      await refuseUnableTo(tx, of, [{ at: 'owner', account: owner }]);
      letter = composeSellerLetter({ ...facts, reference: id });
      const { seller, reach, banFrom, appealBy } = facts;
      return {
        event: 'seller-ban-written',
        facts: { owner, due, banFrom, appealBy },
        texts: { seller, reach, letter },
        owner,
        due,
        data: () => ({ banFrom, appealBy, due, writtenBy: asked.actor.account }),
      };
    },
  );
  return { ...step, letter };
}

const since = (evidence: string | undefined) => (evidence === undefined ? {} : { evidence });

export const handOverSellerLetter = (
  asked: Asked,
  { incident, ban: id, at, by, proof }: HandOverSellerLetter,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'tell' }, ({ data }, { at: now }) => {
    refuseAhead(at, now);
    return {
      event: 'seller-told',
      facts: { at, by },
      proof,
      data: (entry, evidence) => ({ ...data, told: { entry, at, by, ...since(evidence) } }),
    };
  });

export const carryOutSellerBan = (
  asked: Asked,
  { incident, ban: id, at, text, proof }: CarryOutSellerBan,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'carry-out' }, ({ data, due }, { at: now }) => {
    refuseAhead(at, now);
    if (data.carriedOut !== undefined) throw refused('the ban is carried out');
    if (Date.parse(at) < Date.parse(data.banFrom))
      throw refused(`the seller was told that it begins at ${data.banFrom}`);
    return {
      event: 'seller-banned',
      facts: { at },
      texts: { text },
      proof,
      ...(due === data.due ? { due: null } : {}),
      data: (entry, evidence) => ({ ...data, carriedOut: { entry, at, ...since(evidence) } }),
    };
  });

export const recordSellerAppeal = (
  asked: Asked,
  { incident, ban: id, at, text, due, proof }: RecordSellerAppeal,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'appeal' }, ({ data }, { at: now }) => {
    refuseAhead(at, now);
    return {
      event: 'seller-appealed',
      facts: { at, due },
      texts: { text },
      proof,
      due,
      data: (entry, evidence) => ({ ...data, appeal: { entry, at, ...since(evidence) } }),
    };
  });

/** What becomes of a ban. An appeal is decided by somebody else than who wrote the ban. */
export function decideSellerBan(
  asked: Asked,
  { incident, ban: id, outcome, reason, proof }: DecideSellerBan,
): Promise<StepTaken> {
  const { actor } = asked;
  if (actor.via === 'program')
    throw new ForthrightError('not-permitted', 'A program decides no appeal; a person does.');
  refuseUnlessMay(actor, ['privacy-officer']);
  return take(asked, { kind, incident, id, act: outcome }, ({ data, state }) => {
    if (state === 'appealed' && data.writtenBy === actor.account)
      throw new ForthrightError(
        'own-proposal',
        'You have written this ban; somebody else decides the appeal.',
      );
    if (outcome === 'upheld' && data.carriedOut === undefined)
      throw refused('the ban is not carried out yet; that it is upheld would leave it so');
    return {
      event: 'seller-ban-decided',
      facts: { outcome },
      texts: { reason },
      proof,
      due: null,
      data: (entry) => ({ ...data, decision: { entry, outcome, by: actor.account } }),
    };
  });
}
