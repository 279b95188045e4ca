import { bareAddress } from './addresses.ts';

/** A group of fields of a report: lower-case names to values, folded lines joined. */
type Fields = ReadonlyMap<string, readonly string[]>;

/** What a delivery report (RFC 3464) says of one recipient. */
export type Reported = Readonly<{
  recipient: string;
  action: string;
  status: string;
  /** Words in brackets behind the status: Sun's and PowerMTA's say why there. */
  comment: string;
  diagnostic: string;
}>;

/** The groups of a report: fields with empty lines between groups. Broken lines are passed over. */
function groups(text: string): Fields[] {
  const unfolded = decoded(text.replace(/\r\n?/g, '\n')).replace(/\n[ \t]+(?=\S)/g, ' ');
  const all: Fields[] = [];
  for (const block of unfolded.split(/\n[ \t]*\n/)) {
    const fields = new Map<string, string[]>();
    for (const line of block.split('\n')) {
      const [, name, value] = /^([A-Za-z][\w-]{1,60})[ \t]*:[ \t]*(.*)$/.exec(line) ?? [];
      if (name === undefined) continue;
      const key = name.toLowerCase();
      fields.set(key, [...(fields.get(key) ?? []), (value ?? '').trim()]);
    }
    if (fields.size > 0) all.push(fields);
  }
  return all;
}

/** Gateways that write a report anew put its encoding among its fields, and encode the groups below. */
function decoded(text: string): string {
  const [above, mark] = /^[\s\S]*?^content-transfer-encoding: ?(base64)[\s\S]*?\n\n/im.exec(text) ?? [];
  const below = text.slice(above?.length ?? 0).trim();
  if (above === undefined || mark === undefined || !/^[A-Za-z\d+/\s]+={0,2}$/.test(below)) return text;
  return `${above}${Buffer.from(below, 'base64').toString('utf8').replace(/\r\n?/g, '\n')}`;
}

const MOST_RECIPIENTS = 1000;

/** The recipients of a delivery report, in its order; a group without recipient and status is about the message. */
export function reportedIn(text: string): Reported[] {
  return groups(text)
    .flatMap(perRecipient)
    .slice(0, MOST_RECIPIENTS)
    .filter((fields) =>
      ['final-recipient', 'original-recipient', 'action', 'status'].some((key) => fields.has(key)),
    )
    .map((fields) => {
      const one = (name: string) => fields.get(name)?.find((value) => value !== '') ?? '';
      const status = /^\s*([245]\.\d{1,3}\.\d{1,3})?\s*(?:\((.*)\))?/.exec(one('status'));
      return {
        recipient:
          routed(one('final-recipient')) ||
          bareAddress(one('original-recipient')) ||
          bareAddress(one('x-actual-recipient')) ||
          bareAddress(one('final-recipient')),
        action: one('action')
          .toLowerCase()
          .replace(/[^a-z].*$/, ''),
        status: status?.[1] ?? '',
        comment: status?.[2] ?? '',
        diagnostic: diagnosticOf(fields),
      };
    });
}

/** Some reporters forget the empty line between recipients: a second Final-Recipient starts a group of its own. */
function perRecipient(fields: Fields): Fields[] {
  const count = fields.get('final-recipient')?.length ?? 0;
  if (count < 2) return [fields];
  return Array.from({ length: count }, (_, at) => {
    const own = [...fields].map(
      ([name, values]) => [name, values.length === count ? [values[at] ?? ''] : values] as const,
    );
    return new Map(own);
  });
}

/** A final recipient that is one address; a source route or a local name tells less than the original does. */
const routed = (field: string): string => (/;\s*@[^:]*:|;\s*"?\//.test(field) ? '' : bareAddress(field));

const DIAGNOSTIC = ['diagnostic-code', 'x-supplementary-info', 'x-notes'] as const;

function diagnosticOf(fields: Fields): string {
  const all = DIAGNOSTIC.flatMap((name) => fields.get(name) ?? []);
  return all
    .map((value) => value.replace(/^\s*(?!x-unix)[\w.-]{1,40}\s*;\s*/i, ''))
    .join(' ')
    .trim();
}

/** What a complaint (RFC 5965) is about: its type and whose complaint it is, as far as it says. */
export function complaintIn(text: string): { type: string; recipients: string[] } {
  const fields = new Map(groups(text).flatMap((group) => [...group]));
  const addresses = ['original-rcpt-to', 'removal-recipient', 'redacted-address'].flatMap(
    (name) => fields.get(name) ?? [],
  );
  const recipients = addresses.map(bareAddress).filter((address) => address !== '');
  return { type: (fields.get('feedback-type')?.[0] ?? '').toLowerCase(), recipients };
}
