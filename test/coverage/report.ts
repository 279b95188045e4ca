/** docs/coverage.md out of the results of a run, and what that page claims. */
import { ENGINE_TITLES, ENGINES, type Results, TABLES, type Table } from './cells.ts';

const YES = 'yes';
const NO = 'no';
const NEVER = '–';

const HEAD = `# What is covered

This page is written by \`test/coverage/write.ts\` from the tests that passed, and from nothing else: a cell says
*${YES}* when a test wrote one fixed world in that format, asked the engine through its ordinary door, and got the whole
answer of the brute-force oracle (\`test/oracle/\`): people, recipients, times, counts, gaps. On the server the answer
was also byte for byte the embedded engine's, where both read the same evidence. *${NO}*: no test passed. *${NEVER}*: it cannot
be, for the reason below its table.

The embedded engine is chDB, in a process of its own. The server is a ClickHouse of two shards; tables were
\`Distributed\` over both, with rows on each. PostgreSQL is a server out of Debian's package. With Parquet and with
tables, directories, references and sessions were Parquet files or tables too. A test fails when this page claims
what did not pass; \`npm test\` looks at a part of the server's cells, \`npm run soak\` at all.
`;

function sectionOf(table: Table, results: Results): string {
  const reasons: string[] = [];
  const mark = (row: string, column: string): string => {
    const cell = table.cell(row, column);
    if ('name' in cell) return results[cell.name] === 'passed' ? YES : NO;
    if (!reasons.includes(cell.never)) reasons.push(cell.never);
    return `${NEVER} (${reasons.indexOf(cell.never) + 1})`;
  };
  const lines = [
    `| ${[table.corner, ...table.columns.map(([, title]) => title)].join(' | ')} |`,
    `|${' --- |'.repeat(table.columns.length + 1)}`,
    ...table.rows.map(
      ([row, title]) => `| ${[title, ...table.columns.map(([column]) => mark(row, column))].join(' | ')} |`,
    ),
  ];
  const notes = reasons.map((reason, i) => `(${i + 1}) ${reason}.`).join('\n');
  return `### ${table.title}\n\n${lines.join('\n')}\n${notes === '' ? '' : `\n${notes}\n`}`;
}

export function pageOf(results: Results): string {
  const parts = ENGINES.map((engine) => {
    const tables = TABLES.filter((table) => table.engine === engine);
    return `## ${ENGINE_TITLES[engine]}\n\n${tables.map((table) => sectionOf(table, results)).join('\n')}`;
  });
  return `${HEAD}\n${parts.join('\n')}`;
}

/** Names of the cells that a page claims. Refuses a page whose tables are not the ones we know. */
export function claimsOf(page: string): string[] {
  const claims: string[] = [];
  for (const table of TABLES) {
    const engine = page.split(`## ${ENGINE_TITLES[table.engine]}\n`)[1]?.split('\n## ')[0] ?? '';
    const section = engine.split(`### ${table.title}\n`)[1]?.split('\n### ')[0] ?? '';
    for (const [row, title] of table.rows) {
      const line = section.split('\n').find((text) => text.startsWith(`| ${title} |`));
      const marks = line?.split('|').slice(2, -1) ?? [];
      if (marks.length !== table.columns.length)
        throw new Error(`docs/coverage.md has no row "${title}" under "${table.title}"; write it anew`);
      for (const [i, [column]] of table.columns.entries()) {
        if (marks[i]?.trim() !== YES) continue;
        const cell = table.cell(row, column);
        claims.push('name' in cell ? cell.name : `${table.engine} / ${row} / ${column}, which cannot be`);
      }
    }
  }
  return claims;
}

/** Claims that a run does not bear out, and those that it could not look at. */
export function compareClaims(page: string, results: Results): { false: string[]; unseen: string[] } {
  const claims = claimsOf(page);
  return {
    false: claims.filter((name) => results[name] !== 'passed' && results[name] !== 'skipped'),
    unseen: claims.filter((name) => results[name] === 'skipped'),
  };
}
