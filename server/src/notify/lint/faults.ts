import type { Phrase } from './rules.ts';
import type { Severity } from './types.ts';

export type Fault = Readonly<{ severity: Severity; reason: string; source: string; better?: string }>;

const GDPR = 'GDPR Art. 34(2)';
const ZOU = 'Zou et al., “You ‘Might’ Be Affected”, CHI 2019, doi 10.1145/3290605.3300424';
const PHISHING =
  'What people are taught to look for in a fraud: cyberscotland.com; SpamAssassin’s rules URI_PHISH, TVD_PH';
const EDPB = 'EDPB Guidelines 9/2022';

/** Words that must not stand there. The better wording is the language's own. */
export const PHRASE_FAULTS: Readonly<Record<Phrase, Fault>> = {
  hedge: { severity: 'warning', reason: 'A hedge: the reader can’t tell whether it happened.', source: ZOU },
  noEvidence: {
    severity: 'error',
    reason: 'That nothing was found says nothing, unless it is said what was looked for, and where.',
    source: ZOU,
  },
  vagueNumber: {
    severity: 'error',
    reason: 'A number that is none: it hides how many people it concerns.',
    source: 'Forthright’s first invariant; GDPR Art. 33(3)(a) for the authority',
  },
  euphemism: {
    severity: 'error',
    reason: 'A soft word in the place of what happened, or a phrase that says nothing.',
    source: `${GDPR}: clear and plain language`,
  },
  vagueCause: {
    severity: 'error',
    reason: 'It names no cause: nobody learns what went wrong.',
    source: `${GDPR}: the nature of the breach`,
  },
  vagueMeasure: {
    severity: 'error',
    reason: 'It says that something was done, but not what, nor when.',
    source: `${GDPR} with 33(3)(d)`,
  },
  vagueTime: {
    severity: 'warning',
    reason: 'It says neither when it began nor how long it lasted.',
    source: `${GDPR}: the nature of the breach`,
  },
  noAction: {
    severity: 'error',
    reason: 'It tells people to do nothing, though what was shown can be used against them.',
    source: `${GDPR} with 33(3)(d); recital 86`,
  },
  urgency: {
    severity: 'error',
    reason: 'Urgency and threats are what a fraud looks like.',
    source: PHISHING,
  },
  login: {
    severity: 'error',
    reason: 'A genuine notice asks for no click, no sign-in and no data.',
    source: PHISHING,
  },
  marketing: {
    severity: 'error',
    reason: 'Advertising in a notice: it must be a message of its own.',
    source: `${EDPB}, 88`,
  },
  password: {
    severity: 'warning',
    reason: 'It advises to change the password, though no credential was exposed.',
    source: 'advice follows from the fields that were exposed',
  },
};

/** What is missing, or wrong with the message as a whole. */
export const MISSING = {
  greeting: {
    severity: 'error',
    reason: 'No salutation: a message to nobody looks like a fraud.',
    source: PHISHING,
    better: 'Begin with the person’s own name.',
  },
  genericGreeting: {
    severity: 'error',
    reason: 'A salutation without a name: whoever sends a fraud does not know it either.',
    source: PHISHING,
    better: 'The person’s own name.',
  },
  number: {
    severity: 'error',
    reason: 'It does not say how many people it concerns.',
    source:
      'Forthright’s first invariant (GDPR Art. 34 does not ask for it; Art. 33(3)(a) does, of the authority)',
    better: '“It concerns 34,928 people.”',
  },
  recipients: {
    severity: 'error',
    reason: 'It does not say to whom the data were shown, or how many they are.',
    source: `${GDPR}: the nature of the breach`,
    better: '“Those who saw your data: 12 customers and 3 visitors without an account.”',
  },
  when: {
    severity: 'error',
    reason: 'It does not say when it began, when it ended, or how long it lasted.',
    source: `${GDPR}: the nature of the breach`,
    better: '“The first time was on 18 November 2025 at 6:00, the last on 20 November 2025 at 15:29.”',
  },
  fields: {
    severity: 'error',
    reason: 'It does not say which data it concerns.',
    source: `${GDPR}: the nature of the breach`,
    better: '“These data of yours were visible: name and e-mail address.”',
  },
  cause: {
    severity: 'error',
    reason: 'It does not say what went wrong.',
    source: `${GDPR}: the nature of the breach`,
    better: '“Since a change of our site, each review page showed the author’s whole record.”',
  },
  consequences: {
    severity: 'error',
    reason: 'It does not say what can come of it.',
    source: `${GDPR} with 33(3)(c)`,
    better: '“Whoever has your e-mail address can write to you, and pretend to be us (phishing).”',
  },
  measures: {
    severity: 'error',
    reason: 'It does not say what was done about it.',
    source: `${GDPR} with 33(3)(d)`,
    better: '“We stopped it on 20 November 2025 at 16:30: we took the change back.”',
  },
  advice: {
    severity: 'error',
    reason: 'It does not say what people can do themselves.',
    source: `${GDPR} with 33(3)(d); recital 86`,
    better: '“Be careful with e-mails that name us. Do not open links in them.”',
  },
  contact: {
    severity: 'error',
    reason: 'It names nobody to ask: no address, no number.',
    source: `${GDPR} with 33(3)(b)`,
    better:
      'The data protection officer or another contact point, with an e-mail address and a telephone number.',
  },
  check: {
    severity: 'warning',
    reason: 'It does not say how to check that it is genuine, by a way that does not begin in the message.',
    source: 'EDPB Guidelines 9/2022, 91; the retailer’s notice of 2018 was taken for phishing',
    better: '“Open your browser and type our address yourself.”',
  },
  'no-reply': {
    severity: 'error',
    reason: 'It can’t be answered: the only address is one that nobody reads.',
    source: `${GDPR} with 33(3)(b)`,
    better: 'A reply address that somebody reads.',
  },
  link: {
    severity: 'warning',
    reason: 'A link: people are taught not to follow one in such a message.',
    source: PHISHING,
    better: 'Have people type your address themselves.',
  },
  'foreign-link': {
    severity: 'error',
    reason: 'A link to a domain that is not the sender’s own.',
    source: 'In 2014 a large retailer’s notices came from an agency’s domain, and were taken for a fraud',
    better: 'Your own domain, typed by the person.',
  },
  'short-link': {
    severity: 'error',
    reason: 'A shortened link hides where it leads.',
    source: PHISHING,
    better: 'Your own domain, typed by the person.',
  },
  'login-link': {
    severity: 'error',
    reason: 'A link that leads to a sign-in.',
    source: PHISHING,
    better: 'No link; have people type your address themselves.',
  },
  'look-alike': {
    severity: 'error',
    reason: 'The words of the link name another place than it leads to, or its address is one that deceives.',
    source: PHISHING,
    better: 'Your own domain, typed by the person.',
  },
  attachment: {
    severity: 'error',
    reason: 'An attachment: people are taught not to open one.',
    source: PHISHING,
    better: 'Everything in the text itself.',
  },
  form: {
    severity: 'error',
    reason: 'A form in the message asks for data.',
    source: PHISHING,
    better: 'No form.',
  },
  script: {
    severity: 'error',
    reason: 'A script or a frame: no mail program shows it, and filters take it for an attack.',
    source: PHISHING,
    better: 'Plain words.',
  },
  'remote-image': {
    severity: 'warning',
    reason: 'A picture from elsewhere tells who opened the message, and when; many programs don’t show it.',
    source: 'ePrivacy Directive Art. 5(3)',
    better: 'No picture.',
  },
  pixel: {
    severity: 'error',
    reason: 'A tracking pixel: it watches the very people whom you tell of a leak.',
    source: 'ePrivacy Directive Art. 5(3)',
    better: 'No picture.',
  },
  hidden: {
    severity: 'warning',
    reason: 'Words that the reader can’t see are what filters look for.',
    source: PHISHING,
    better: 'Nothing hidden.',
  },
  'no-language': {
    severity: 'warning',
    reason: 'The HTML does not say its language: a screen reader can’t pronounce it.',
    source: 'WCAG 2.2, 3.1.1',
    better: '<html lang="en">',
  },
  'html-only': {
    severity: 'warning',
    reason: 'A message of HTML alone, as most frauds are.',
    source: 'SpamAssassin’s rule MIME_HTML_ONLY',
    better: 'The whole text as a plain part, too.',
  },
  recipient: {
    severity: 'error',
    reason: 'More than one address in To, Cc or Bcc: people would see each other’s.',
    source: 'GDPR Art. 5(1)(f)',
    better: 'One message to one person.',
  },
  'other-domain': {
    severity: 'error',
    reason: 'Sender, reply address or bounce address stand under different domains.',
    source: 'DMARC, RFC 7489: strict alignment',
    better: 'Your own domain in all of them.',
  },
  shouting: {
    severity: 'warning',
    reason: 'Capital letters or exclamation marks in a row.',
    source: PHISHING,
    better: 'A plain sentence.',
  },
  length: {
    severity: 'warning',
    reason: 'Hard to read.',
    source: ZOU,
    better: 'Shorter sentences and shorter words.',
  },
  'wrong-number': {
    severity: 'error',
    reason: 'A number of people that the facts don’t have.',
    source: 'the answer of scope',
    better: '',
  },
  rounded: {
    severity: 'error',
    reason: 'A number that is known exactly is told roughly.',
    source: 'the answer of scope',
    better: '',
  },
  'wrong-date': {
    severity: 'error',
    reason: 'A day that the facts don’t have.',
    source: 'the incident and the answer of scope',
    better: '',
  },
  'field-untold': {
    severity: 'error',
    reason: 'These data were exposed, and the notice does not name them.',
    source: 'the incident file',
    better: '',
  },
  'law-content': {
    severity: 'note',
    reason: 'The law asks for this, and no program can tell whether it is there: look yourself.',
    source: '',
    better: '',
  },
  'law-heading': { severity: 'error', reason: 'The law prescribes this heading.', source: '', better: '' },
  'law-forbids': { severity: 'error', reason: 'The law forbids to say this.', source: '', better: '' },
} as const satisfies Record<string, Fault & { better: string }>;
export type MissingRule = keyof typeof MISSING;
