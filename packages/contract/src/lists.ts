/** Closed lists that the web application offers, too. Without zod, so that a browser is not sent it for a few words. */

export const INCIDENT_KINDS = [
  'technical-error',
  'insider',
  'misdelivery',
  'attack',
  'loss',
  'other',
] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/** Names of VERIS 1.4.1 (Vocabulary for Event Recording and Incident Sharing), so that a cause can be exchanged. */
export const VERIS_ACTIONS = {
  error: [
    'Capacity shortage',
    'Classification error',
    'Data entry error',
    'Disposal error',
    'Gaffe',
    'Loss',
    'Maintenance error',
    'Malfunction',
    'Misconfiguration',
    'Misdelivery',
    'Misinformation',
    'Other',
    'Physical accidents',
    'Programming error',
    'Publishing error',
    'Unknown',
  ],
  misuse: [
    'Data mishandling',
    'Email misuse',
    'Illicit content',
    'Knowledge abuse',
    'Net misuse',
    'Other',
    'Possession abuse',
    'Privilege abuse',
    'Unapproved hardware',
    'Unapproved software',
    'Unapproved workaround',
    'Unknown',
  ],
  social: [
    'Baiting',
    'Bribery',
    'Elicitation',
    'Extortion',
    'Forgery',
    'Influence',
    'Other',
    'Phishing',
    'Pretexting',
    'Propaganda',
    'Scam',
    'Spam',
    'Unknown',
  ],
  hacking: [
    'Abuse of functionality',
    'AitM',
    'Backdoor',
    'Brute force',
    'CSRF',
    'Cache poisoning',
    'Exploit misconfig',
    'Exploit vuln',
    'Forced browsing',
    'Other',
    'Path traversal',
    'SQLi',
    'Session replay',
    'Unknown',
    'Use of stolen creds',
    'XSS',
  ],
  malware: [
    'Capture app data',
    'Capture stored data',
    'Export data',
    'Other',
    'Ransomware',
    'Spyware/Keylogger',
    'Unknown',
  ],
  physical: ['Other', 'Snooping', 'Surveillance', 'Tampering', 'Theft', 'Unknown'],
  environmental: ['Other', 'Unknown'],
  unknown: ['Unknown'],
} as const satisfies Record<string, readonly string[]>;
export type VerisAction = keyof typeof VERIS_ACTIONS;

export const VERIS_ACTORS = {
  internal: [
    'Auditor',
    'Call center',
    'Cashier',
    'Developer',
    'End-user',
    'Executive',
    'Finance',
    'Guard',
    'Helpdesk',
    'Human resources',
    'Maintenance',
    'Manager',
    'Other',
    'System admin',
    'Unknown',
  ],
  external: [
    'Acquaintance',
    'Activist',
    'Auditor',
    'Competitor',
    'Customer',
    'Force majeure',
    'Former employee',
    'Nation-state',
    'Organized crime',
    'Other',
    'State-affiliated',
    'Terrorist',
    'Unaffiliated',
    'Unknown',
  ],
  // Of a partner VERIS has no varieties: it names the industry instead.
  partner: ['Unknown'],
  unknown: ['Unknown'],
} as const satisfies Record<string, readonly string[]>;
export type VerisActor = keyof typeof VERIS_ACTORS;

/** Who told the organisation first. */
export const REPORTERS = [
  'vendor',
  'seller',
  'security-researcher',
  'customer',
  'employee',
  'authority',
  'own-monitoring',
  'other',
] as const;
export type Reporter = (typeof REPORTERS)[number];

export const DATA_ROLES = ['controller', 'joint-controller', 'processor'] as const;
export type DataRole = (typeof DATA_ROLES)[number];

export const PEOPLE_CATEGORIES = [
  'customers',
  'sellers',
  'visitors',
  'employees',
  'applicants',
  'children',
  'other',
] as const;
export const DATA_CATEGORIES = [
  'name',
  'email',
  'postal-address',
  'phone',
  'date-of-birth',
  'orders',
  'messages',
  'credentials',
  'payment',
  'identity-document',
  'location',
  'special-category',
  'other',
] as const;

export type PeopleCategory = (typeof PEOPLE_CATEGORIES)[number];
export type DataCategory = (typeof DATA_CATEGORIES)[number];

/** Requests of GDPR Art. 15 to 21, and what else people write. */
export const REQUEST_KINDS = [
  'access',
  'rectification',
  'erasure',
  'restriction',
  'portability',
  'objection',
] as const;
export const ITEM_KINDS = ['reply', 'complaint', 'claim', ...REQUEST_KINDS, 'other'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

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
