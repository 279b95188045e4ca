/**
 * Which reports are of one campaign: those that share who sends, where links lead, a telephone number, or most of their text. Pure.
 * What very many have in common that nothing else holds together (a mail provider, a service for short links) joins nobody.
 */
import type { ReportRead } from '@forthright/contract';

export type Groupable = Readonly<{ id: string; at: Date; read: ReportRead }>;

/** Domains under which anybody may write, and hosts that stand in everybody's mails. */
const COMMON = new Set(
  `gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.fr yahoo.de yahoo.co.jp aol.com icloud.com me.com gmx.de gmx.net gmx.at
   web.de t-online.de orange.fr free.fr laposte.net libero.it virgilio.it wp.pl onet.pl o2.pl interia.pl telia.com ziggo.nl kpnmail.nl sapo.pt proton.me
   protonmail.com mail.ru docomo.ne.jp ezweb.ne.jp google.com youtube.com facebook.com instagram.com twitter.com x.com tiktok.com linkedin.com
   pinterest.com whatsapp.com wa.me t.me apple.com microsoft.com w3.org schema.org bit.ly tinyurl.com t.co ow.ly is.gd rebrand.ly lnkd.in
   amazonaws.com cloudfront.net sendgrid.net mailchimp.com list-manage.com mailgun.org amazonses.com googleusercontent.com gstatic.com
   fonts.googleapis.com`.split(/\s+/),
);

/** So many of the places of a sketch are one band: two texts that share three fourths of their words share a band nearly always. */
const BAND = 4;

/**
 * What a report is known by: equal keys are one campaign. `domainOf` is the registrable part of a host. A name alone is none:
 * whoever writes it chooses it.
 */
export function keysOf(read: ReportRead, domainOf: (host: string) => string | undefined): string[] {
  const keys = new Set<string>();
  const add = (kind: string, host: string | undefined) => {
    const domain = host === undefined ? undefined : domainOf(host);
    if (domain !== undefined && !COMMON.has(domain)) keys.add(`${kind} ${domain}`);
  };
  const address = read.sender?.address.toLowerCase();
  add('domain', address);
  if (address !== undefined && COMMON.has(domainOf(address) ?? '')) keys.add(`address ${address}`);
  for (const host of read.links) add('domain', host);
  for (const phone of read.phones) keys.add(`phone ${phone}`);
  for (const { sha256, bytes } of read.attachments) if (bytes > 0) keys.add(`file ${sha256}`);
  for (let at = 0; at + BAND <= read.sketch.length; at += BAND)
    keys.add(`text ${at} ${read.sketch.slice(at, at + BAND).join(' ')}`);
  return [...keys];
}

/** The reports in their groups, the largest first, each with its oldest first. */
export function groupReports<T extends Groupable>(
  reports: readonly T[],
  domainOf: (host: string) => string | undefined,
): T[][] {
  const sorted = reports.toSorted((a, b) => a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : 1));
  const parent = sorted.map((_, i) => i);
  const rootOf = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root] ?? root;
    for (let at = i; parent[at] !== root; ) {
      const next = parent[at] ?? root;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  const firstOf = new Map<string, number>();
  for (const [i, { read }] of sorted.entries())
    for (const key of keysOf(read, domainOf)) {
      const first = firstOf.get(key);
      if (first === undefined) firstOf.set(key, i);
      else {
        const [a, b] = [rootOf(first), rootOf(i)];
        parent[Math.max(a, b)] = Math.min(a, b);
      }
    }
  const groups = new Map<number, T[]>();
  for (const [i, report] of sorted.entries()) {
    const root = rootOf(i);
    groups.set(root, [...(groups.get(root) ?? []), report]);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length);
}
