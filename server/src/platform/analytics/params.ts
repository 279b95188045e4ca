import { quoteText } from './quote.ts';
import type { Param, Params } from './types.ts';

/** Above this a value does not go into the address: proxies and the server itself cut long ones off. */
const LONG = 4096;

function textOf(value: Param): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return `[${value.map((item) => (typeof item === 'string' ? quoteText(item) : String(item))).join(',')}]`;
}

/**
 * Short values travel as HTTP parameters. Long ones are put into the statement in place of `{name:Type}`, as a
 * quoted text that is cast to the type: a server takes at most 128 KiB per HTTP field (also in a multipart form),
 * and no client can raise that.
 */
export function bindParams(
  sql: string,
  params: Params,
): { query: string; query_params: Record<string, Param> } {
  const short: Record<string, Param> = {};
  let query = sql;
  for (const [name, value] of Object.entries(params)) {
    const text = textOf(value);
    if (text.length <= LONG) {
      short[name] = value;
      continue;
    }
    const place = new RegExp(`\\{\\s*${name}\\s*:([^{}]+)\\}`, 'g');
    query = query.replace(place, (_, type: string) => `CAST(${quoteText(text)}, ${quoteText(type.trim())})`);
  }
  return { query, query_params: short };
}
