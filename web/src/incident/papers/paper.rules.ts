/** An issued paper is kept as text, byte for byte; here its lines are told apart, and none is left out. Pure. */

/** What is shown of a paper, draft or issued. */
export type Sheet = Readonly<{
  title: string;
  marks: readonly string[];
  sections: readonly Readonly<{
    heading: string;
    lines: readonly Readonly<{
      label?: string | undefined;
      text: string;
      source?: string | undefined;
      isUnknown?: boolean;
    }>[];
  }>[];
  foot: readonly string[];
}>;

/** What stands in the place of something that nobody knows; its mark is not lost when the paper is kept. */
const UNKNOWN = 'Not known yet';
const MARK = /^\*\* (.*) \*\*$/;

const rowOf = (row: string) => ({
  text: row.replaceAll('\n  ', '\n'),
  isUnknown: row.endsWith(UNKNOWN),
});

/**
 * The text that the server keeps: a title, marks between stars, headings with rows below them, and what was said of the whole.
 * A row that somebody typed on several lines goes on with two spaces, so no line of theirs can pass for a heading.
 */
export function readPaper(text: string): Sheet {
  const blocks = text.trimEnd().split('\n\n');
  const [head = '', ...others] = blocks;
  const [title = '', ...marks] = head.split('\n');
  const sections = others.filter((block) => block.includes('\n- '));
  const foot = others.filter((block) => !sections.includes(block)).flatMap((block) => block.split('\n'));
  return {
    title,
    marks: marks.map((mark) => MARK.exec(mark)?.[1] ?? mark),
    sections: sections.map((block) => {
      const [heading = '', ...rows] = block.split('\n- ');
      return { heading, lines: rows.map(rowOf) };
    }),
    foot,
  };
}
