import type { DutyRule, Regime, UnverifiedRegime } from '@forthright/contract';
import type { ShownRegime } from '../../assess/index.ts';
import { wrap } from './words.ts';

const WIDTH = 110;

/** `forthright duties show`: one law, as a lawyer would check it. */
export function regimeText({ regime, complete }: ShownRegime): string {
  const lines = 'known' in regime ? unverifiedLines(regime) : verifiedLines(regime);
  const warning = complete
    ? []
    : ["! INCOMPLETE: some files of the law can't be used; see `forthright duties check`", ''];
  return `${[...warning, ...lines].join('\n')}\n`;
}

const item = (text: string, indent = '    '): string => `${indent}- ${wrap(text, WIDTH, `${indent}  `)}`;

function verifiedLines(regime: Regime): string[] {
  const { checked } = regime;
  return [
    `${regime.code}  ${regime.name}`,
    `${regime.law}`,
    regime.link,
    `confidence ${regime.confidence}; checked on ${checked.on} ${checked.by}; ${checked.counsel === undefined ? 'not verified by counsel' : `verified by ${checked.counsel}`}`,
    `days end in ${regime.zone}${regime.holidays === undefined ? '' : `; business days with the holidays of ${regime.holidays}`}`,
    ...Object.entries(regime.define).flatMap(([name, kinds]) => [
      '',
      `${name}: any of these, together in one person`,
      ...kinds.map((kind) =>
        item(
          Array.isArray(kind)
            ? kind.join(' + ')
            : [
                kind.with.join(' + '),
                ...(kind.if === undefined ? [] : [`if ${JSON.stringify(kind.if)}`]),
                ...(kind.from === undefined ? [] : [`since ${kind.from}`]),
                ...(kind.to === undefined ? [] : [`until ${kind.to}`]),
              ].join(', '),
        ),
      ),
    ]),
    ...regime.duties.flatMap(dutyLines),
    ...(regime.notes.length === 0 ? [] : ['', 'notes', ...regime.notes.map((n) => item(n))]),
    ...(regime.upcoming.length === 0
      ? []
      : [
          '',
          'upcoming, not applied',
          ...regime.upcoming.map((u) =>
            item(`${u.from ?? 'no date'}, ${u.status}: ${u.what} (${u.citation})`),
          ),
        ]),
    '',
    'sources',
    ...regime.sources.map((s) => item(s)),
    '',
    `its own cases (${regime.cases.length})`,
    ...regime.cases.map((c) =>
      item(
        `${c.it}: ${Object.entries(c.expect)
          .map(([id, what]) => `${id} ${what}`)
          .join(', ')}`,
      ),
    ),
  ];
}

function dutyLines(rule: DutyRule): string[] {
  const who =
    'by' in rule.addressee ? 'the lead authority, or every authority concerned' : rule.addressee.name;
  return [
    '',
    `${rule.id} → ${who}   (${rule.citation}; from ${rule.valid.from}${rule.valid.to === undefined ? '' : ` to ${rule.valid.to}`})`,
    `    ${wrap(rule.deadline.words, WIDTH, '    ')}`,
    ...(rule.before.length === 0 ? [] : [`    before: ${rule.before.join(', ')}`]),
    ...rule.exemptions.map((e) => item(`unless: ${e.words} (${e.citation})`)),
    ...rule.content.map((c) => item(`content: ${c}`)),
    ...rule.mustNot.map((c) => item(`must not: ${c}`)),
    ...rule.options.map((o) => item(`may: ${o.name} (${o.citation})`)),
    ...rule.notes.map((n) => item(n)),
  ];
}

function unverifiedLines(regime: UnverifiedRegime): string[] {
  const { known } = regime;
  const told: readonly (readonly [string, string | undefined])[] = [
    ['trigger', known.trigger],
    ['authority', known.authority],
    ['threshold', known.authorityThreshold],
    ['deadline of the authority', known.authorityDeadline],
    ['people', known.people],
    ['deadline of the people', known.peopleDeadline],
    ['name and e-mail alone', known.nameAndEmailAlone],
    ['applies from', regime.from],
  ];
  return [
    `${regime.code}  ${regime.name}`,
    regime.law,
    `UNVERIFIED: ask counsel. Confidence ${regime.confidence}. Forthright never answers "does not apply" for this law.`,
    '',
    ...told.flatMap(([name, text]) => (text === undefined ? [] : [item(`${name}: ${text}`)])),
    ...known.content.map((c) => item(`content: ${c}`)),
    ...regime.notes.map((n) => item(n)),
    ...regime.sources.map((s) => item(`source: ${s}`)),
  ];
}
