import {
  AddresseesListed,
  AddresseesSettled,
  ApproveCampaign,
  CampaignChanged,
  CampaignDifference,
  CampaignLinted,
  CampaignShown,
  CampaignsListed,
  CampaignsWaiting,
  CohortDescribed,
  CompareCampaign,
  CopiesChanged,
  CopiesListed,
  DescribeCohort,
  DiscardNoticeDraft,
  DraftNotice,
  EraseAddressee,
  ForthrightError,
  GetNoticeDraft,
  LintCampaign,
  ListAddressees,
  ListCampaignsWaiting,
  MakeCampaign,
  MakeCopies,
  NoticeDraftDiscarded,
  NoticeDrafted,
  NoticeDraftSaved,
  NoticeDraftShown,
  NoticeDraftsListed,
  NoticePreviewed,
  OfCampaign,
  OfCopies,
  OfIncident,
  PreviewNotice,
  SaveNoticeDraft,
  SendTest,
  SettleAddressees,
  StartCampaign,
  StopCampaign,
  TestSent,
} from '@forthright/contract';
import * as z from 'zod';
import {
  cohortOfRun,
  findIncident,
  guarded,
  notFound,
  OFFICERS,
  READERS,
  type RecordedIncident,
  WORKERS,
} from '../../incident/index.ts';
import { oneAddress } from '../../platform/mail/index.ts';
import type { Asked, Operation } from '../../prove/index.ts';
import {
  approveCampaign,
  discardCampaign,
  eraseAddressee,
  makeCampaign,
  pauseCampaign,
  refuseStale,
  resumeCampaign,
  settleAddressees,
  startCampaign,
  stopCampaign,
  withdrawCampaign,
} from './changes.ts';
import {
  eraseCopies,
  findCopies,
  getCopies,
  listCopies,
  makeCopies,
  markCopiesSent,
  postCopies,
} from './copies.ts';
import { differenceOf } from './difference.ts';
import { describeCohort, draftNotice } from './drafts.ts';
import { approvalHash } from './hashes.ts';
import { usable, writerOf } from './prepare.ts';
import { discardNoticeDraft, getNoticeDraft, listNoticeDrafts, saveNoticeDraft } from './saved.ts';
import { addresseeOf, addressees, findCampaign, linted, listed, shown } from './show.ts';
import { campaignsOf } from './store.ts';
import { sendTest } from './try.ts';
import type { Campaign, Mailing } from './types.ts';
import { campaignsWaitingFor } from './waiting.ts';

export type CampaignOptions = Readonly<{
  /** The data folder. */
  data: string;
  /** Path of the workspace file; undefined when the server was given none. */
  workspace?: string | undefined;
  /** Undefined without `mail.yaml`: messages can be looked at, and none is sent. */
  mailing?: Mailing | undefined;
  /** Whether copies may be posted to this machine and into private networks. */
  allowPrivate?: boolean | undefined;
}>;

const path = '/incidents/:incident/campaigns';
const one = `${path}/:campaign` as const;
const copies = `${one}/copies` as const;
const saved = '/incidents/:incident/saved-notice-drafts';
const APPROVERS = ['privacy-officer', 'approver'] as const;
/** Whoever sees that something is wrong may stop it. */
const STOPPERS = ['investigator', 'privacy-officer', 'approver'] as const;

async function seenIncident({ db, actor }: Asked, id: string): Promise<RecordedIncident> {
  const found = await findIncident(db, id, actor);
  if (found === undefined) throw notFound(id);
  return found.incident;
}

const seen = async (asked: Asked, id: string): Promise<string> => (await seenIncident(asked, id)).id;

async function find(asked: Asked, given: OfCampaign): Promise<Campaign> {
  return findCampaign(asked.db, await seen(asked, given.incident), given.campaign);
}

async function preview(
  asked: Asked,
  given: PreviewNotice,
  options: CampaignOptions,
): Promise<NoticePreviewed> {
  const campaign = await find(asked, given);
  const person = await addresseeOf(asked.db, campaign, given.person);
  const writer = await writerOf(
    campaign,
    { db: asked.db, workspace: options.workspace, mailing: options.mailing },
    campaign.day ?? asked.now(),
  );
  const to = usable(person.facts.email);
  // Whom no message reaches reads the same notice by another way.
  const { composed, bytes } = writer.look(
    person.facts,
    to ?? oneAddress(writer.letterhead.address),
    given.language,
  );
  const message = Buffer.from(bytes).toString('utf8');
  const { subject, blocks } = writer.apart(person.facts, given.language);
  const apart = {
    subject: [...subject],
    blocks: blocks.map(({ is, pieces }) => ({ is, pieces: [...pieces] })),
  };
  return { person: person.id, ...composed.notice, to: to ?? '', apart, message };
}

/** Why what was prepared can't be made any more; undefined when it can, to the last byte. */
async function notAsMade(
  asked: Asked,
  campaign: Campaign,
  options: CampaignOptions,
): Promise<string | undefined> {
  const { day, root, hash, tag, messages, letters, people } = campaign;
  if (day === undefined || root === undefined) return 'it was not prepared';
  const writer = await writerOf(
    campaign,
    { ...options, db: asked.db, mailing: options.mailing, workspace: options.workspace },
    day,
  );
  const found = await cohortOfRun(asked.db, campaign.incident, campaign.runJob);
  if (found === undefined) return 'the people of the run were erased';
  const cohort = `${found.cohort.sha256} ${campaign.cohort} ${campaign.after ?? '-'}`;
  const now = approvalHash({ writer: writer.hash, tag, leaves: messages + letters, root, people, cohort });
  return now === hash
    ? undefined
    : 'Facts, texts, languages or letterhead are not those of which it was prepared: discard it and make it anew.';
}

export const campaignOperations = (options: CampaignOptions): readonly Operation[] => [
  guarded(MakeCampaign, CampaignChanged, {
    name: 'make-campaign',
    summary: 'Makes a campaign for the people of the last run; a job prepares each message.',
    method: 'POST',
    path,
    may: WORKERS,
    run: makeCampaign,
  }),
  guarded(OfIncident, CampaignsListed, {
    name: 'list-campaigns',
    summary: 'The campaigns of an incident, with how many people are in which state.',
    method: 'GET',
    path,
    may: READERS,
    run: async (asked, { incident }) => {
      const campaigns = await campaignsOf(asked.db, { incident: await seen(asked, incident) });
      return { campaigns: await Promise.all(campaigns.map((campaign) => listed(asked.db, campaign))) };
    },
  }),
  guarded(OfCampaign, CampaignShown, {
    name: 'show-campaign',
    summary: 'One campaign: what an approval names, its batch, its sums.',
    method: 'GET',
    path: one,
    may: READERS,
    run: async (asked, given) => shown(asked.db, await find(asked, given), asked.now()),
  }),
  guarded(ListCampaignsWaiting, CampaignsWaiting, {
    name: 'list-campaigns-waiting',
    summary: 'Campaigns that wait for whoever asks: to be approved, started, resumed, or made anew.',
    method: 'GET',
    path: '/campaigns/waiting',
    may: READERS,
    run: (asked, { most }) => campaignsWaitingFor(asked, most, { approvers: APPROVERS, workers: WORKERS }),
  }),
  guarded(DescribeCohort, CohortDescribed, {
    name: 'describe-cohort',
    summary: 'Whom a run has found, and which texts in which languages their notices need.',
    method: 'GET',
    path: '/incidents/:incident/runs/:run/cohort',
    may: READERS,
    run: async (asked, given) => describeCohort(asked, await seenIncident(asked, given.incident), given),
  }),
  guarded(DraftNotice, NoticeDrafted, {
    name: 'draft-notice',
    summary:
      'How the notice of one person would read with these texts, and what the linter finds where. Changes nothing.',
    method: 'POST',
    path: '/incidents/:incident/notice-drafts',
    may: WORKERS,
    run: async (asked, given) => {
      const { workspace, mailing } = options;
      return draftNotice(
        asked,
        { incident: await seenIncident(asked, given.incident), workspace, mailing },
        given,
      );
    },
  }),
  guarded(SaveNoticeDraft, NoticeDraftSaved, {
    name: 'save-notice-draft',
    summary: 'Keeps what was typed of a notice, whole or not, as a new draft or a new version of one.',
    method: 'POST',
    path: saved,
    may: WORKERS,
    run: async (asked, given) =>
      saveNoticeDraft(asked, { ...given, incident: await seen(asked, given.incident) }),
  }),
  guarded(OfIncident, NoticeDraftsListed, {
    name: 'list-notice-drafts',
    summary: 'The drafts of notices of an incident, and who saved each last.',
    method: 'GET',
    path: saved,
    may: READERS,
    run: async (asked, { incident }) => listNoticeDrafts(asked.db, await seen(asked, incident)),
  }),
  guarded(GetNoticeDraft, NoticeDraftShown, {
    name: 'get-notice-draft',
    summary: 'What was typed, in its last version or an earlier one.',
    method: 'GET',
    path: `${saved}/:draft`,
    may: READERS,
    run: async (asked, given) => getNoticeDraft(asked.db, await seen(asked, given.incident), given),
  }),
  guarded(DiscardNoticeDraft, NoticeDraftDiscarded, {
    name: 'discard-notice-draft',
    summary: 'Throws a draft away with the words of all its versions.',
    method: 'POST',
    path: `${saved}/:draft/discard`,
    may: WORKERS,
    run: async (asked, given) =>
      discardNoticeDraft(asked, { ...given, incident: await seen(asked, given.incident) }),
  }),
  guarded(CompareCampaign, CampaignDifference, {
    name: 'compare-campaign',
    summary:
      'What an approval would change against the campaign of the incident that was approved before; all of it when there was none.',
    method: 'GET',
    path: `${one}/changes`,
    may: READERS,
    run: async (asked, given) => {
      const { workspace, mailing } = options;
      return differenceOf(asked, await find(asked, given), { workspace, mailing });
    },
  }),
  guarded(ListAddressees, AddresseesListed, {
    name: 'list-addressees',
    summary: 'The people of a campaign by name, all or those in one state, such as in-doubt.',
    method: 'GET',
    path: `${one}/people`,
    may: READERS,
    run: async (asked, given) => addressees(asked.db, await find(asked, given), given),
  }),
  guarded(PreviewNotice, NoticePreviewed, {
    name: 'preview-notice',
    summary: 'What one person would read, in their language or another.',
    method: 'GET',
    path: `${one}/people/:person/notice`,
    may: READERS,
    run: (asked, given) => preview(asked, given, options),
  }),
  guarded(SendTest, TestSent, {
    name: 'send-test',
    summary: 'Sends what one person would read to your own address, with a code that is none.',
    method: 'POST',
    path: `${one}/people/:person/test`,
    may: ['investigator', 'privacy-officer', 'approver'],
    run: async (asked, given) => {
      const campaign = await find(asked, given);
      const { workspace, mailing } = options;
      const writer = await writerOf(
        campaign,
        { db: asked.db, workspace, mailing },
        campaign.day ?? asked.now(),
      );
      return sendTest(asked, given, { campaign, writer, mailing, data: options.data });
    },
  }),
  guarded(LintCampaign, CampaignLinted, {
    name: 'lint-campaign',
    summary:
      'What the linter finds in the notices of each cohort, by language; errors keep it from being approved.',
    method: 'GET',
    path: `${one}/lint`,
    may: READERS,
    run: async (asked, given) => linted(asked.db, await find(asked, given), given.language),
  }),
  guarded(ApproveCampaign, CampaignChanged, {
    name: 'approve-campaign',
    summary: 'A second person approves exactly what the hash stands for; its batch goes into the register.',
    method: 'POST',
    path: `${one}/approval`,
    may: APPROVERS,
    run: async (asked, given) => {
      const why = await notAsMade(asked, await find(asked, given), options).catch((error: unknown) => {
        if (error instanceof ForthrightError && error.code !== 'campaign-not-found') return error.message;
        throw error;
      });
      return approveCampaign(asked, given, { data: options.data, notAsMade: async () => why });
    },
  }),
  guarded(StartCampaign, CampaignChanged, {
    name: 'start-campaign',
    summary: 'Sends the first slice of an approved campaign, then waits.',
    method: 'POST',
    path: `${one}/start`,
    may: WORKERS,
    run: (asked, given) => startCampaign(asked, given, options.mailing),
  }),
  guarded(OfCampaign, CampaignChanged, {
    name: 'pause-campaign',
    summary: 'Stops sending at once, until it is resumed.',
    method: 'POST',
    path: `${one}/pause`,
    may: STOPPERS,
    run: (asked, given) => pauseCampaign(asked, given),
  }),
  guarded(OfCampaign, CampaignChanged, {
    name: 'resume-campaign',
    summary: 'Sends on, all that is left.',
    method: 'POST',
    path: `${one}/resume`,
    may: WORKERS,
    run: (asked, given) => resumeCampaign(asked, given, options.mailing),
  }),
  guarded(StopCampaign, CampaignChanged, {
    name: 'stop-campaign',
    summary: 'Ends sending for good; whoever was not told is told otherwise, or excused.',
    method: 'POST',
    path: `${one}/stop`,
    may: STOPPERS,
    run: stopCampaign,
  }),
  guarded(StopCampaign, CampaignChanged, {
    name: 'discard-campaign',
    summary: 'Takes back a campaign of which nothing was sent.',
    method: 'POST',
    path: `${one}/discard`,
    may: WORKERS,
    run: discardCampaign,
  }),
  guarded(StopCampaign, CampaignChanged, {
    name: 'withdraw-campaign',
    summary: 'Says that its notices no longer hold; whoever checks one is told so.',
    method: 'POST',
    path: `${one}/withdraw`,
    may: OFFICERS,
    run: withdrawCampaign,
  }),
  guarded(SettleAddressees, AddresseesSettled, {
    name: 'settle-addressees',
    summary: 'Says of people that they were told otherwise, are excused, unreachable, or to be tried again.',
    method: 'POST',
    path: `${one}/settled`,
    may: OFFICERS,
    run: settleAddressees,
  }),
  guarded(EraseAddressee, AddresseesSettled, {
    name: 'erase-addressee',
    summary: 'Deletes name, address, code and facts of somebody in a campaign.',
    method: 'POST',
    path: `${one}/people/:person/erase`,
    may: OFFICERS,
    run: (asked, given) => eraseAddressee(asked, given, options.data),
  }),
  guarded(MakeCopies, CopiesChanged, {
    name: 'make-copies',
    summary:
      'Makes letters (a PDF each), short messages or copies for accounts of all who wait for another channel; a job writes the file.',
    method: 'POST',
    path: copies,
    may: WORKERS,
    run: (asked, given) => makeCopies(asked, given, { mailing: options.mailing, refuseStale }),
  }),
  guarded(OfCampaign, CopiesListed, {
    name: 'list-copies',
    summary: 'Letters and other copies of a campaign: how many were written, and the hash of each file.',
    method: 'GET',
    path: copies,
    may: READERS,
    run: async (asked, given) => listCopies(asked.db, (await find(asked, given)).id),
  }),
  guarded(OfCopies, z.unknown(), {
    name: 'get-copies',
    summary: 'Gives the file: letters and a list for a mail house as tar, or a line of JSON for each person.',
    method: 'GET',
    path: `${copies}/:copies`,
    may: WORKERS,
    streams: 'gives a file',
    run: async (asked, given) => {
      const campaign = await find(asked, given);
      return getCopies(asked.db, options.data, await findCopies(asked.db, campaign.id, given.copies));
    },
  }),
  guarded(OfCopies, CopiesChanged, {
    name: 'mark-copies-sent',
    summary: 'Says that the letters or messages of a file went out: whoever’s copy was written is told.',
    method: 'POST',
    path: `${copies}/:copies/sent`,
    may: OFFICERS,
    run: markCopiesSent,
  }),
  guarded(OfCopies, CopiesChanged, {
    name: 'post-copies',
    summary: 'Posts each line to the program that mail.yaml names, signed; whoever’s copy it takes is told.',
    method: 'POST',
    path: `${copies}/:copies/post`,
    may: OFFICERS,
    run: (asked, given) => {
      const { mailing, allowPrivate = false } = options;
      return postCopies(asked, given, { mailing, outbound: { allowPrivate } });
    },
  }),
  guarded(OfCopies, CopiesChanged, {
    name: 'erase-copies',
    summary: 'Deletes the file of copies, which is full of personal data; who was told stays told.',
    method: 'POST',
    path: `${copies}/:copies/erase`,
    may: OFFICERS,
    run: (asked, given) => eraseCopies(asked, given, options.data),
  }),
];
