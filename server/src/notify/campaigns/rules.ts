/** What may follow what with a campaign as a whole. Pure; docs/campaigns.md shows the same table, and a test compares. */
import type { CampaignState } from '@forthright/contract';
import type { CampaignAct } from './types.ts';

export const CAMPAIGN_MOVES: Readonly<
  Record<CampaignState, Readonly<Partial<Record<CampaignAct, CampaignState>>>>
> = {
  preparing: { 'finish-preparing': 'prepared', 'fail-preparing': 'failed' },
  failed: { discard: 'discarded' },
  prepared: { approve: 'approved', discard: 'discarded' },
  approved: { start: 'sending', discard: 'discarded' },
  sending: {
    'begin-sending': 'sending',
    pause: 'paused',
    'end-sending': 'sent',
    stop: 'stopped',
    settle: 'sending',
  },
  paused: { resume: 'sending', stop: 'stopped', settle: 'paused' },
  // Somebody whose address was put right is tried once more.
  sent: { resume: 'sending', settle: 'sent', withdraw: 'sent' },
  stopped: { settle: 'stopped', withdraw: 'stopped' },
  discarded: {},
};

/** So long evidence is sought before a message that is in doubt is sent once more. */
export const DOUBT_MS = 15 * 60_000;
/** So long after it was accepted a message may still come back. */
export const WINDOW_MS = 5 * 86_400_000;

const ACTS = [
  ...new Set(Object.values(CAMPAIGN_MOVES).flatMap((moves) => Object.keys(moves))),
] as CampaignAct[];

/** The table of docs/campaigns.md. */
export function campaignMovesText(): string {
  const states = Object.keys(CAMPAIGN_MOVES) as CampaignState[];
  const row = (act: CampaignAct) => {
    const moves = states.flatMap((state) => {
      const to = CAMPAIGN_MOVES[state][act];
      return to === undefined ? [] : [`${state} → ${to}`];
    });
    return `| \`${act}\` | ${moves.join('; ')} |`;
  };
  return ['| act | from → to; from any other state it is refused |', '|---|---|', ...ACTS.map(row)].join(
    '\n',
  );
}

/** Fewer than this say nothing about how many come back. */
const LEAST_FOR_A_SHARE = 20;

/** Whether so many of so many are too many. */
export const isTooMany = (bad: number, all: number, mostShare: number): boolean =>
  all >= LEAST_FOR_A_SHARE && bad / all > mostShare;
