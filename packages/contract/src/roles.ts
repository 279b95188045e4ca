/** What somebody may be. Nobody acts beyond their role; `docs/permissions.md` shows who may run what. */
export const ROLES = [
  /** Defines leaks, runs scope, looks at single views. */
  'investigator',
  /** Decides and signs; prepares reports and notices. */
  'privacy-officer',
  /** Approves what another has prepared. */
  'approver',
  /** Answers customers: looks one address up at a time. */
  'support-agent',
  /** Reads everything but restricted incidents, changes nothing. */
  'auditor',
  /** People and settings; no incident's content. */
  'administrator',
  /** No person: an app of the organisation's own, that asks for the customer who is signed in there, by a token. */
  'customer-app',
] as const;
export type Role = (typeof ROLES)[number];
