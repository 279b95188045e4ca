export { whyNotReached } from './greet.ts';
export { type Limits, Mailer, type MailerOptions } from './mailer.ts';
export type { Reply } from './reply.ts';
export { directly, type Resolver, type Route, type Routed, type Routes, viaRelays } from './routes.ts';
export {
  type Outcome,
  type Outgoing,
  type Stage,
  type Target,
  TIMEOUTS,
  type Timeouts,
  Withheld,
} from './types.ts';
