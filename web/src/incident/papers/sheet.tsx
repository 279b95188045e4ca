/** A paper as it is read: what is not known has its hatch, and every figure its source. Its words are English. */
import { Hatch } from '../../kit/figure.tsx';
import type { Sheet } from './paper.rules.ts';
import './papers.css';

export function PaperSheet({ sheet }: Readonly<{ sheet: Sheet }>) {
  const { title, marks, sections, foot } = sheet;
  return (
    <article className="paper" lang="en">
      <h3 className="paper-title">{title}</h3>
      <ul className="plain paper-marks">
        {marks.map((mark) => (
          <li key={mark}>{mark}</li>
        ))}
      </ul>
      {sections.map(({ heading, lines }) => (
        <section key={heading}>
          <h4>{heading}</h4>
          <Lines lines={lines} />
        </section>
      ))}
      {foot.map((line) => (
        <p key={line} className="soft small">
          {line}
        </p>
      ))}
    </article>
  );
}

type Lines = Sheet['sections'][number]['lines'];

/** Lines may say the same twice, so their place is a part of what they are known by. */
const keyed = (lines: Lines) => lines.map((line, at) => ({ ...line, key: `${at} ${line.text}` }));

export function Lines({ lines }: Readonly<{ lines: Lines }>) {
  if (lines.every(({ label }) => label === undefined))
    return (
      <ul>
        {keyed(lines).map(({ key, ...line }) => (
          <li key={key}>
            <Words line={line} />
          </li>
        ))}
      </ul>
    );
  return (
    <dl className="stated">
      {keyed(lines).map(({ key, label, ...line }) => (
        <div key={key}>
          <dt>{label}</dt>
          <dd className="text">
            <Words line={line} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const Words = ({ line: { text, source, isUnknown } }: Readonly<{ line: Lines[number] }>) => (
  <>
    {isUnknown && (
      <>
        <Hatch />{' '}
      </>
    )}
    <span className="as-came">{text}</span>
    {source !== undefined && <span className="soft small paper-source">{source}</span>}
  </>
);
