/** What is sent of the form that settles people of a campaign. Pure. */
import type { paths } from '../app/api.gen.ts';

type Path = paths['/api/incidents/{incident}/campaigns/{campaign}/settled'];
type Body = Path['post']['requestBody']['content']['application/json'];
export type Outcome = Body['outcome'];
export type Channel = NonNullable<Body['channels']>[number];

const WITH_REASON: readonly Outcome[] = ['excused', 'unreachable'];
const WITH_CHANNEL: readonly Outcome[] = ['told', 'unreachable'];

/** Which fields an outcome has. */
export const asksReason = (outcome: Outcome): boolean => WITH_REASON.includes(outcome);
export const asksChannels = (outcome: Outcome): boolean => WITH_CHANNEL.includes(outcome);

type Form = Readonly<{
  people: readonly string[];
  outcome: Outcome;
  channels: readonly Channel[];
  reason: string;
}>;

/** Only what is to be seen goes with it: what was typed for another outcome stays in the browser. */
export const settledBy = ({ people, outcome, channels, reason }: Form): Body => ({
  people: [...people],
  outcome,
  channels: asksChannels(outcome) ? [...channels] : [],
  ...(asksReason(outcome) ? { reason } : {}),
});
