/** Statements as text: named arguments become PostgreSQL's `$1`, a script becomes its statements. */
import type { Param, Params } from './types.ts';

/** Strings, quoted names, dollar quotes and comments: whatever stands in them is no argument and no end. */
const OPAQUE =
  /[eE]'(?:\\.|''|[^'\\])*'|'(?:''|[^'])*'|"(?:""|[^"])*"|--[^\n]*|\$(?<tag>[A-Za-z_]\w*)?\$[\s\S]*?\$\k<tag>\$/sy;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\d[\w.]*/y;
const ARGUMENT = /:([A-Za-z_]\w*)(\s*::)?/y;

type Piece = Readonly<{ kind: 'text' | 'argument' | 'end'; text: string }>;

/** PostgreSQL's comments may stand within each other. */
function commentEnd(sql: string, from: number): number {
  let depth = 0;
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  for (let found = mark.exec(sql); found !== null; found = mark.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return sql.length;
}

function match(form: RegExp, sql: string, at: number): RegExpExecArray | null {
  form.lastIndex = at;
  return form.exec(sql);
}

function* pieces(sql: string): Generator<Piece> {
  for (let at = 0; at < sql.length; ) {
    const opaque = sql.startsWith('/*', at)
      ? sql.slice(at, commentEnd(sql, at))
      : (match(OPAQUE, sql, at)?.[0] ??
        match(WORD, sql, at)?.[0] ??
        (sql.startsWith('::', at) ? '::' : undefined));
    const argument = opaque === undefined ? match(ARGUMENT, sql, at) : null;
    if (opaque !== undefined) yield { kind: 'text', text: opaque };
    else if (argument !== null) {
      if (argument[2] === undefined)
        throw new Error(`The argument :${argument[1]} needs its type: write :${argument[1]}::type.`);
      yield { kind: 'argument', text: argument[1] ?? '' };
      at += 1 + (argument[1]?.length ?? 0);
      continue;
    } else yield { kind: sql[at] === ';' ? 'end' : 'text', text: sql[at] ?? '' };
    at += opaque?.length ?? 1;
  }
}

/** `:name::type` becomes `$1::type`. An argument without a value, or a value that no argument takes, is refused. */
export function bind(sql: string, params: Params = {}): { sql: string; values: Param[] } {
  const numbers = new Map<string, number>();
  let text = '';
  for (const piece of pieces(sql)) {
    if (piece.kind !== 'argument') text += piece.text;
    else {
      if (!Object.hasOwn(params, piece.text)) throw new Error(`The argument :${piece.text} has no value.`);
      if (!numbers.has(piece.text)) numbers.set(piece.text, numbers.size + 1);
      text += `$${numbers.get(piece.text)}`;
    }
  }
  const unused = Object.keys(params).find((name) => !numbers.has(name));
  if (unused !== undefined) throw new Error(`No argument takes the value of ${unused}.`);
  return { sql: text, values: [...numbers.keys()].map((name) => params[name] as Param) };
}

/** The statements of a script, which has no arguments. */
export function statementsOf(script: string): string[] {
  const statements = [''];
  for (const piece of pieces(script)) {
    if (piece.kind === 'end') statements.push('');
    else if (piece.kind === 'text') statements[statements.length - 1] += piece.text;
    else throw new Error(`A script has no arguments, but this one has :${piece.text}.`);
  }
  return statements.map((text) => text.trim()).filter((text) => !isEmpty(text));
}

function isEmpty(statement: string): boolean {
  for (const { text } of pieces(statement)) if (!/^(\s|--|\/\*)/.test(text)) return false;
  return true;
}
