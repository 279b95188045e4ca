/** What is done with the people concerned. */
import {
  type AddPerson,
  type ExcusePerson,
  newId,
  type StepTaken,
  type TellPerson,
} from '@forthright/contract';
import type { Asked } from '../../prove/index.ts';
import { begin, refuseAhead, refused, take } from '../matters/steps.ts';
import { hasMatterOf } from '../matters/store.ts';
import type { ConcernedData } from './types.ts';

const kind = 'concerned';

type Told = NonNullable<AddPerson['told']>;

const toldOf = (
  asked: Asked,
  { how, at, text }: Told,
  entry: number,
  evidence: string | undefined,
): Pick<ConcernedData, 'told'> => ({
  told: {
    entry,
    how,
    at,
    by: asked.actor.account,
    hasText: text !== undefined,
    ...(evidence === undefined ? {} : { evidence }),
  },
});

/** Puts somebody on the list of those concerned, who may have been told already. */
export const addPerson = (
  asked: Asked,
  { incident, name, contact, person = newId('per'), told, proof }: AddPerson,
): Promise<StepTaken> =>
  begin(
    asked,
    { kind, incident, state: told === undefined ? 'untold' : 'told', person },
    async ({ incident: found, at, tx }) => {
      if (told !== undefined) refuseAhead(told.at, at);
      if (await hasMatterOf(tx, found.id, person, kind)) throw refused(`${person} is on the list already`);
      return {
        event: 'person-added',
        facts: told === undefined ? {} : { told: { how: told.how, at: told.at } },
        texts: { name, contact, text: told?.text },
        proof,
        data: (entry, evidence) => ({
          hasContact: contact !== undefined,
          ...(told === undefined ? {} : toldOf(asked, told, entry, evidence)),
        }),
      };
    },
  );

export const tellPerson = (
  asked: Asked,
  { incident, concerned: id, how, at, text, proof }: TellPerson,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'tell' }, ({ data }, { at: now }) => {
    refuseAhead(at, now);
    return {
      event: 'person-told',
      facts: { how, at },
      texts: { text },
      proof,
      data: (entry, evidence) => ({ ...data, ...toldOf(asked, { how, at, text }, entry, evidence) }),
    };
  });

export const excusePerson = (
  asked: Asked,
  { incident, concerned: id, reason }: ExcusePerson,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'excuse' }, ({ data }) => ({
    event: 'person-excused',
    texts: { reason },
    data: (entry) => ({ ...data, reason: entry }),
  }));
