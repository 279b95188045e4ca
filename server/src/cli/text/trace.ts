import type { NamedCandidate, TraceAnswer } from '@forthright/contract';
import { visible } from '../../kernel/index.ts';
import { clip, moment, number, plural, wrap } from './words.ts';

const WIDTH = 96;
const INDENT = ' '.repeat(13);
const MOST = 5;

/** The answer on one screen: what the reports point to, why, and what it does not show. */
export function traceText(answer: TraceAnswer): string {
  return `${[
    clip(visible(answer.title), WIDTH - 2),
    '─'.repeat(WIDTH),
    ...section('Answer', verdict(answer)),
    ...answer.named.flatMap((x) => section(visible(x.candidate), explained(x))),
    ...section('Reports', reports(answer)),
    ...section('Controls', controls(answer)),
    ...section('Decoys', decoys(answer)),
    ...section('For', gate(answer)),
    ...section('Not shown', answer.cautions.map(visible)),
    ...section('Evidence', [
      `${plural(answer.evidence.length, 'file')}, each with its SHA-256 in the JSON output.`,
    ]),
  ].join('\n')}\n`;
}

function section(name: string, lines: readonly string[]): string[] {
  const head = name.length < INDENT.length ? name.padEnd(INDENT.length) : `${name}\n${INDENT}`;
  return lines.map((line, i) => `${i === 0 ? head : INDENT}${wrap(line, WIDTH, INDENT)}`);
}

const REFUSED: Record<NonNullable<TraceAnswer['refusal']>, string> = {
  'no-controls':
    'Nobody is named: there are no controls. Past reports that have nothing to do with this leak must first show that they point to nobody; name them under `controls`.',
  'too-few-controls':
    'Nobody is named: the controls point to nobody, but they are too few to show that a key which routes work is missing.',
  'loud-controls':
    'Nobody is named: past reports that have nothing to do with this leak point to somebody, too. A key that routes work is missing, and whoever were named now might be innocent.',
  'depends-on-key':
    'Nobody is named: whoever stands out does so only as long as a key that is known is not taken to route work. If it does, put it under `routing` and ask again.',
  'depends-on-clock':
    'Nobody is named: whoever stands out does so only as long as the clocks of logs and reports agree to the day, or reports without a time came after the look-ups. Look-ups that the reports caused would look the same. Compare the clocks, leave out of `access` what handles complaints, say when each report came.',
  'depends-on-origin':
    'Nobody is named: whoever stands out does so only by reports that were sent from one place. One person can forge these.',
};

function verdict(answer: TraceAnswer): string[] {
  const { outcome, refusal, named, alpha } = answer;
  const chance = `1 in ${number(Math.round(1 / alpha))}`;
  switch (outcome) {
    case 'named':
      return [
        `The reports point to ${named.map((x) => visible(x.candidate)).join(' and ')}. If nobody had leaked anything, a name would come up at most ${chance} times, however often one looks. This is a reason to ask further, not a proof.`,
      ];
    case 'not-apart':
      return [
        `Somebody stands out, but these can't be told apart: ${[...new Set(named.flatMap((x) => [x.candidate, ...x.insteadOf]))].map(visible).join(', ')}.`,
      ];
    case 'nobody':
      return ['Nobody stands out: what the reports have in common is no more than ordinary work explains.'];
    case 'too-few':
      return ['Too few reports: not even somebody who had looked up everybody who reported would stand out.'];
    case 'refused':
      return [refusal === null ? '' : REFUSED[refusal]];
  }
}

function explained(one: NamedCandidate): string[] {
  const shown = one.reports
    .slice(0, MOST)
    .map(
      (r) =>
        `${visible(r.person)} reported ${moment(r.reported)}, looked up ${moment(r.lookedUp)} (${visible(r.file)}, row ${number(r.row + 1)}; ${plural(r.others, 'other')} had, too)`,
    );
  const more = one.reports.length - shown.length;
  const also = one.alsoSeenBy.map((x) => `${visible(x.candidate)} ${number(x.hits)}`).join(', ');
  return [
    `had looked up ${number(one.hits)} of those who reported; ordinary work makes ${one.expected.toLocaleString('en-GB', { maximumFractionDigits: 1 })} expected. They had looked up ${number(one.seen)} people in all. The e-value is 10^${(one.logE / Math.LN10).toFixed(1)}.`,
    ...(one.decoys === undefined || one.decoys.hits.length === 0
      ? []
      : [
          `${plural(one.decoys.hits.length, 'mail')} came to decoys that stand in their place alone (${number(one.decoys.planted)} do). This alone makes 10^${(one.decoys.logE / Math.LN10).toFixed(1)} of it.`,
        ]),
    ...shown,
    ...(more > 0 ? [`and ${number(more)} more in the JSON output`] : []),
    ...(also === '' ? [] : [`Of these ${number(one.hits)} were looked up by others, too: ${also}.`]),
    ...one.against.map((x) => `Against: ${x}`),
  ];
}

function reports({ reports: r, lookUps, candidates, routing }: TraceAnswer): string[] {
  const left = [
    r.repeated > 0 ? `${number(r.repeated)} repeated` : '',
    r.setAside > 0 ? `${number(r.setAside)} set aside` : '',
    r.unidentified > 0 ? `${number(r.unidentified)} of nobody in the directory` : '',
    r.ambiguous > 0 ? `${number(r.ambiguous)} of addresses that several accounts share` : '',
  ].filter((x) => x !== '');
  return [
    `${plural(r.used, 'report')}${left.length > 0 ? ` (left out: ${left.join(', ')})` : ''}; ${number(r.seenByNobody)} of people whom no candidate had looked up.`,
    `${plural(candidates.people, 'person', 'people')}, ${plural(candidates.teams, 'team')} and ${plural(candidates.paths, 'path')} looked up ${plural(lookUps.people, 'customer')} (${plural(lookUps.pairs, 'pair')}).`,
    `Work is taken to be routed by: ${[...routing.map(visible), 'number of contacts'].join(', ')}.`,
  ];
}

function decoys({ decoys: d }: TraceAnswer): string[] {
  if (d === undefined) return [];
  const isCounted = d.count
    ? `Of ${number(d.nowhere)} that stand in no place none got any, so that they count.`
    : `Of ${number(d.nowhere)} that stand in no place ${number(d.nowhereHit)} got some: addresses leave by another way as well, and decoys do not count.`;
  return [
    `${plural(d.planted, 'decoy')}, those in ${plural(d.places, 'place')} among them; ${plural(d.mails, 'mail')} of this campaign to ${number(d.hit)} of them. ${isCounted}`,
  ];
}

function controls({ controls: { each, needed, missing }, otherKeys = [] }: TraceAnswer): string[] {
  const lines = each.map(
    (x) =>
      `${visible(x.name)}: ${plural(x.reports, 'report')}${x.seen === undefined ? '' : `, ${number(x.seen)} of them of people whom somebody had looked up`}, ${x.quiet ? 'points to nobody' : `points to somebody (as concentrated by chance: ${(100 * x.chance).toLocaleString('en-GB', { maximumFractionDigits: 1 })} %)`}`,
  );
  const keys = missing.map(
    (x) => `${visible(x.key)} (${x.quiet ? 'then the controls are quiet' : 'still loud'})`,
  );
  const tried = otherKeys.map(
    (x) => `${visible(x.key)} (${x.fall === 0 ? 'all of them do still' : `${number(x.fall)} no longer`})`,
  );
  return [
    ...(lines.length > 0 ? lines : ['none']),
    `Needed: ${plural(needed, 'report')} of people whom somebody had looked up.`,
    ...(tried.length > 0
      ? [`Whoever stands out, held against other keys as well: ${tried.join(', ')}.`]
      : []),
    ...(keys.length > 0 ? [`Tried as the missing key: ${keys.join(', ')}.`] : []),
  ];
}

function gate({ gate: g }: TraceAnswer): string[] {
  const occasion =
    'incident' in g.occasion ? `incident ${g.occasion.incident}` : `review ${g.occasion.review}`;
  const council =
    'agreed' in g.worksCouncil
      ? `works council agreed ${g.worksCouncil.agreed} (${g.worksCouncil.reference})`
      : `no works council has a say: ${g.worksCouncil.notNeeded}`;
  return [
    visible(
      `${occasion}: ${g.purpose} ${g.legalBasis}; ${council}; kept for ${g.retention}; ${g.by} answers for it.`,
    ),
  ];
}
