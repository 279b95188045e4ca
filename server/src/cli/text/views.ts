import type { SeenBy, SingleView, WhoSaw } from '@forthright/contract';
import { visible } from '../../kernel/index.ts';
import { clip, moment, plural } from './words.ts';

/** Who saw one person's data: a line a view, to hand to an investigator. */
export function whoSawText(answer: WhoSaw): string {
  const heads = answer.people.map(({ person, status, inDirectory, fields }) => {
    const known = inDirectory ? '' : ', not in the directory';
    const shown = fields.length > 0 ? ` (${fields.join(', ')})` : '';
    return `${visible(person)}: ${status}${shown}${known}`;
  });
  const lines = answer.views.map(
    (v) => `${when(v)}  ${v.class.padEnd(10)}  ${clip(visible(v.viewer), 60)}  ${where(v)}`,
  );
  return `${[...heads, plural(answer.views.length, 'view'), ...lines, ...mayHaveMore(answer)].join('\n')}\n`;
}

/** Whose data one viewer saw. */
export function seenByText(answer: SeenBy): string {
  const heads = answer.viewers.map((v) => `${visible(v.viewer)}: ${v.class}`);
  const lines = answer.views.map((v) => `${when(v)}  ${visible(v.person)}  ${where(v)}`);
  const sum = `${plural(answer.people, 'person', 'people')}, ${plural(answer.views.length, 'view')}`;
  return `${[...heads, sum, ...lines, ...mayHaveMore(answer)].join('\n')}\n`;
}

const when = (v: SingleView) =>
  v.at === null ? 'time not known          ' : `${moment(v.at)} UTC`.padEnd(24);
const where = (v: SingleView) =>
  `${v.host === '' ? '' : `${visible(v.host)} `}${visible(v.page)}  ${v.file === null ? 'stated, in no log' : `${visible(v.file)}:${v.line}`}`;

function mayHaveMore({ gaps }: { gaps: SeenBy['gaps'] }): string[] {
  if (gaps.length === 0) return [];
  return [`There may be more: the logs have ${plural(gaps.length, 'gap')} in the window (see scope).`];
}
