/** Campaigns as readers get them. */
import {
  type AddresseesListed,
  type CampaignLinted,
  type CampaignListed,
  type CampaignShown,
  ForthrightError,
  type ListAddressees,
  NoticeStatement,
} from '@forthright/contract';
import type { Reads } from '../../platform/db/index.ts';
import { textsOf } from '../../prove/index.ts';
import type { CohortRow } from '../../scope/index.ts';
import { isFinished, outcomesFor, type Sums, sumsOf } from '../states.ts';
import { lately } from './messages.store.ts';
import { countStates, peopleOf, type StoredPerson } from './people.store.ts';
import { campaignsOf, cohortsOf, countFindings, entryOfAct } from './store.ts';
import type { Campaign } from './types.ts';

export const STATEMENT = 'statement';
/** Each version of the notices, as the campaign was prepared. */
export const NOTICES = 'notices';
/** Why a campaign was approved in spite of the linter's errors. */
export const OVERRIDE = 'override';

/** `null` once it was erased. */
export async function statementOf(reads: Reads, { entry }: Campaign): Promise<NoticeStatement | null> {
  const text = (await textsOf(reads, [entry]))(entry, STATEMENT);
  return text === null ? null : NoticeStatement.parse(JSON.parse(text));
}

/** Refuses as `campaign-not-found` one of another incident, too. */
export async function findCampaign(reads: Reads, incident: string, id: string): Promise<Campaign> {
  const [found] = await campaignsOf(reads, { incident, id });
  if (found === undefined)
    throw new ForthrightError('campaign-not-found', `This incident has no campaign ${id.slice(0, 60)}.`);
  return found;
}

/** Somebody of a campaign, with the facts that their notice is made of. Refuses who is nobody of it, or was erased. */
export async function addresseeOf(
  reads: Reads,
  campaign: Campaign,
  id: string,
): Promise<StoredPerson & Readonly<{ facts: CohortRow }>> {
  const [person] = await peopleOf(reads, campaign.id, { most: 1, ids: [id] });
  if (person === undefined || person.facts === null)
    throw new ForthrightError(
      'campaign-not-found',
      'There is nobody of this id in the campaign, or no more.',
    );
  return { ...person, facts: person.facts };
}

/** How many people are in which state; refuses when these are not all. Before it is prepared nobody is. */
export async function campaignSums(reads: Reads, campaign: Campaign): Promise<Sums> {
  if (campaign.hash === undefined) return sumsOf([], 0);
  return sumsOf(await countStates(reads, campaign.id), campaign.people);
}

export async function listed(reads: Reads, campaign: Campaign): Promise<CampaignListed> {
  const sums = await campaignSums(reads, campaign);
  const { state, pause, code, after, approvedBy } = campaign;
  return {
    campaign: campaign.id,
    state,
    ...(pause === undefined ? {} : { pause }),
    ...(code === undefined ? {} : { code }),
    run: campaign.runJob,
    cohort: campaign.cohort,
    ...(after === undefined ? {} : { after }),
    madeBy: campaign.madeBy,
    madeAt: campaign.madeAt.toISOString(),
    ...(approvedBy === undefined ? {} : { approvedBy }),
    people: campaign.people,
    messages: campaign.messages,
    addresses: campaign.addresses,
    sums: Object.fromEntries(Object.entries(sums).filter(([, people]) => people > 0)),
    isFinished: campaign.hash !== undefined && isFinished(sums),
    isWithdrawn: campaign.isWithdrawn,
    entry: campaign.entry,
  };
}

async function overrideOf(
  reads: Reads,
  { id, isOverridden, approvedBy: by }: Campaign,
): Promise<CampaignShown['override']> {
  if (!isOverridden || by === undefined) return undefined;
  const entry = await entryOfAct(reads, id, 'approve');
  if (entry === undefined) throw new Error('Whoever approved a campaign has an entry of it.');
  return { by, reason: (await textsOf(reads, [entry]))(entry, OVERRIDE), entry };
}

/** What the linter found in the notices of each cohort; nothing before it is prepared. */
export async function linted(
  reads: Reads,
  campaign: Campaign,
  language: string | undefined,
): Promise<CampaignLinted> {
  const cohorts = (await cohortsOf(reads, campaign.id)).filter(
    (one) => language === undefined || one.language === language,
  );
  return {
    campaign: campaign.id,
    isPrepared: campaign.hash !== undefined,
    errors: cohorts.reduce((sum, { errors }) => sum + errors, 0),
    warnings: cohorts.reduce((sum, { warnings }) => sum + warnings, 0),
    cohorts: cohorts.map(({ form, laws, findings, ...one }) => ({
      ...one,
      laws: [...laws],
      ...(form === undefined ? {} : { form }),
      findings: [...findings],
    })),
  };
}

const PACE = { most: 20_000, withinSeconds: 300 };
const STALLED_MS = 60_000;

/** From what had an outcome lately. Nobody knows when servers that put us off will take more, so that is no part of the estimate. */
async function paceOf(
  reads: Reads,
  { id, state }: Campaign,
  { sums, now }: Readonly<{ sums: Readonly<Record<string, number>>; now: Date }>,
): Promise<CampaignShown['pace']> {
  if (state !== 'sending') return undefined;
  const found = await lately(reads, id, PACE);
  const seconds = found === undefined ? 0 : (found.last.getTime() - found.first.getTime()) / 1000;
  if (found === undefined || seconds === 0) return undefined;
  const perSecond = (found.outcomes - 1) / seconds;
  const { prepared: left = 0, deferred = 0, broken = 0, 'in-doubt': inDoubt = 0 } = sums;
  const isStalled = now.getTime() - found.last.getTime() > STALLED_MS;
  return {
    perSecond: Math.round(perSecond * 10) / 10,
    asOf: found.last.toISOString(),
    left,
    later: deferred + broken + inDoubt,
    secondsLeft: isStalled ? null : Math.ceil(left / perSecond),
  };
}

export async function shown(reads: Reads, campaign: Campaign, now: Date): Promise<CampaignShown> {
  const { hash, root, tag, messages, letters, batchEntry, duties, dutiesVersion } = campaign;
  const override = await overrideOf(reads, campaign);
  const list = await listed(reads, campaign);
  const pace = await paceOf(reads, campaign, { sums: list.sums, now });
  return {
    ...list,
    ...(pace === undefined ? {} : { pace }),
    ...(hash === undefined ? {} : { hash, lint: await countFindings(reads, campaign.id) }),
    ...(duties === undefined ? {} : { duties: [...duties] }),
    ...(dutiesVersion === undefined ? {} : { dutiesVersion }),
    ...(override === undefined ? {} : { override }),
    ...(root === undefined
      ? {}
      : {
          batch: {
            tag,
            leaves: messages + letters,
            root: Buffer.from(root).toString('hex'),
            ...(batchEntry === undefined ? {} : { entry: batchEntry }),
          },
        }),
    statement: await statementOf(reads, campaign),
  };
}

export async function addressees(
  reads: Reads,
  campaign: Campaign,
  { state, after, most }: Pick<ListAddressees, 'state' | 'after' | 'most'>,
): Promise<AddresseesListed> {
  const rows = await peopleOf(reads, campaign.id, {
    ...(state === undefined ? {} : { state }),
    ...(after === undefined ? {} : { after }),
    most: most + 1,
  });
  const people = rows
    .slice(0, most)
    .map(({ id, customer, facts, said, copy_way: way, copy_outcome: outcome, ...row }) => ({
      person: id,
      state: row.state,
      at: row.state_at.toISOString(),
      customer,
      name: facts?.name ?? null,
      address: facts?.email ?? null,
      ...(said === null ? {} : { said }),
      ...(way === null || outcome === null ? {} : { copy: { way, outcome } }),
    }));
  const last = people.at(-1);
  const outcomes = state === undefined ? [] : outcomesFor(state);
  return { people, outcomes, ...(rows.length > most && last !== undefined ? { next: last.person } : {}) };
}
