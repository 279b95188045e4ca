/** A notice as it reads: words of ours, values as chips that lead to their evidence, what somebody typed, and findings. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type EvidenceOf, Mark } from '../kit/figure.tsx';
import { useWords } from '../words/index.tsx';
import type { Block, Finding, Piece } from './queries.ts';

/** Where the evidence of a value of a run stands among the six answers. */
const EVIDENCE: Readonly<Record<string, EvidenceOf>> = {
  exposed: 'people',
  unknown: 'people',
  fields: 'fields',
  perhaps: 'fields',
  pages: 'places',
  more: 'places',
  recipients: 'recipients',
  number: 'recipients',
  views: 'recipients',
  first: 'times',
  last: 'times',
  from: 'gaps',
  to: 'gaps',
  stretches: 'gaps',
};

/** Values of no more letters stay on one line, with their mark. */
const SHORT = 24;

type Placed = Readonly<{ from: number; to: number; number: number; severity: Finding['severity'] }>;
type Cut = Readonly<{ piece: Piece; text: string; found: readonly Placed[]; ends: readonly Placed[] }>;

/** Pieces cut where a finding begins or ends. */
export function cutAt(pieces: readonly Piece[], found: readonly Placed[]): Cut[] {
  const cuts = new Set(found.flatMap(({ from, to }) => [from, to]));
  let at = 0;
  return pieces.flatMap((piece) => {
    const end = at + piece.text.length;
    const places = [at, ...[...cuts].filter((one) => one > at && one < end).sort((a, b) => a - b), end];
    const start = at;
    at = end;
    return places.slice(0, -1).map((from, i) => {
      const to = places[i + 1] ?? end;
      return {
        piece,
        text: piece.text.slice(from - start, to - start),
        found: found.filter((one) => one.from < to && one.to > from),
        ends: found.filter((one) => one.to === to),
      };
    });
  });
}

/** Computed, and so nothing that anybody can mistype. */
function Value({
  piece,
  incident,
  children,
}: Readonly<{ piece: Piece; incident: string; children: ReactNode }>) {
  const { t, named } = useWords();
  const of = EVIDENCE[piece.fact ?? ''];
  const name = <span className="unseen">{t('notify.value', { name: named('fact', piece.fact ?? '') })}</span>;
  if (piece.source?.is !== 'run' || of === undefined)
    return (
      <span className="fact">
        {children}
        {name}
      </span>
    );
  return (
    <Link
      to="/incidents/$incident"
      params={{ incident }}
      search={{ evidence: of }}
      className={piece.text.length > SHORT ? 'fact' : 'fact short'}
    >
      {children}
      <Mark />
    </Link>
  );
}

/** A figure of people that a run has found, with its evidence. */
export const OfRun = ({ incident, children }: Readonly<{ incident: string; children: ReactNode }>) => (
  <Link to="/incidents/$incident" params={{ incident }} search={{ evidence: 'people' }} className="evident">
    {children}
    <Mark />
  </Link>
);

const isTyped = ({ fact = '', source }: Piece): boolean =>
  source?.is === 'stated' || ['cause', 'contained', 'measure', 'place', 'agency'].includes(fact);

export function Pieces({
  pieces,
  incident,
  found = [],
}: Readonly<{ pieces: readonly Piece[]; incident: string; found?: readonly Placed[] }>) {
  return (
    <>
      {cutAt(pieces, found).map(({ piece, text, found: within, ends }, i) => {
        const worst = within.some(({ severity }) => severity === 'error') ? 'error' : 'warning';
        const words = within.length === 0 ? text : <mark className={`found ${worst}`}>{text}</mark>;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: Pieces of one text have no other name than their place.
          <span key={i}>
            {piece.fact === undefined ? (
              words
            ) : isTyped(piece) ? (
              <span className="typed">{words}</span>
            ) : (
              <Value piece={piece} incident={incident}>
                {words}
              </Value>
            )}
            {ends.map(({ number }) => (
              <a key={number} href={`#finding-${number}`} className="found-number">
                {number}
              </a>
            ))}
          </span>
        );
      })}
    </>
  );
}

/** What must be mended comes first, as it is read: about the whole, then from the top; demands of laws at the end. */
export function inOrder(findings: readonly Finding[]): (Finding & Readonly<{ number: number }>)[] {
  const notes = findings.filter(({ severity }) => severity === 'note');
  const others = findings.filter(({ severity }) => severity !== 'note');
  const unplaced = others.filter(({ at }) => at === null);
  const placed = others
    .flatMap((finding) => (finding.at === null ? [] : [{ finding, at: finding.at }]))
    .sort((a, b) => a.at.block - b.at.block || a.at.from - b.at.from)
    .map(({ finding }) => finding);
  return [...unplaced, ...placed, ...notes].map((finding, i) => ({ ...finding, number: i + 1 }));
}

type NoticeProps = Readonly<{
  language: string;
  subject: readonly Piece[];
  blocks: readonly (Block & Readonly<{ change?: 'same' | 'new' | 'gone' }>)[];
  incident: string;
  findings?: readonly Finding[];
}>;

/** The notice on its sheet, with each finding under the words that it is about. */
export function Notice({ language, subject, blocks, incident, findings = [] }: NoticeProps) {
  const { t } = useWords();
  const numbered = inOrder(findings);
  return (
    <div className="sheet" lang={language}>
      <p className="sheet-subject">
        <span className="unseen">{t('notify.subject')}</span> <Pieces pieces={subject} incident={incident} />
      </p>
      {blocks.map((block, i) => {
        const here = numbered.filter(({ at }) => at?.block === i);
        const placed = here.flatMap(({ at, number, severity }) =>
          at === null ? [] : [{ from: at.from, to: at.to, number, severity }],
        );
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: The place in the notice is what a block is known by.
          <div key={i} className={`sheet-block ${block.is} ${block.change ?? ''}`}>
            {block.change !== undefined && block.change !== 'same' && (
              <span className="change-word">{t(`approval.${block.change}`)}</span>
            )}
            <p className="sheet-words">
              <Pieces pieces={block.pieces} incident={incident} found={placed} />
            </p>
            {here.map((finding) => (
              <FindingNote key={finding.number} finding={finding} language={language} />
            ))}
          </div>
        );
      })}
    </div>
  );
}

type Noted = Omit<Finding, 'at' | 'texts'> & Readonly<{ number: number; at: unknown }>;

/** Why, in the reader's words where we have them; what is better is said in the language of the notice. */
export function FindingNote({ finding, language }: Readonly<{ finding: Noted; language: string }>) {
  const { t, named } = useWords();
  const { number, rule, severity, reason, better, words, at } = finding;
  const own = named('rule', rule);
  return (
    <div className={`finding ${severity}`} id={`finding-${number}`}>
      <p>
        <strong>{t('notify.finding', { number, severity: named('severity', severity) })}</strong>{' '}
        {words !== '' && <q lang={language}>{words}</q>}
      </p>
      {own === rule ? <p lang="en">{reason}</p> : <p>{own}</p>}
      {better !== '' && (
        <p lang={at === null ? 'en' : language}>
          <span className="unseen">{t('notify.better')}</span>
          {better}
        </p>
      )}
    </div>
  );
}
