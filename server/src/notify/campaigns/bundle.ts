/** What a bundle shows of campaigns: what was typed for them, and each version of the notices, as it was recorded and to read. */
import type { IncidentId } from '@forthright/contract';
import type { BundlePart } from '../../incident/index.ts';
import { markup } from '../../kernel/index.ts';
import type { Reads } from '../../platform/db/index.ts';
import { textsOf } from '../../prove/index.ts';
import { withoutMarks } from '../compose/apart.ts';
import type { NoticeVersions } from './cohorts.ts';
import { NOTICES, STATEMENT } from './show.ts';
import { campaignsOf, entryOfAct } from './store.ts';

/** Of each campaign of the incident what is not erased, the oldest first. */
export async function noticeParts(reads: Reads, incident: IncidentId): Promise<BundlePart[]> {
  const parts: BundlePart[] = [];
  for (const { id, entry, madeBy, madeAt, state } of await campaignsOf(reads, { incident })) {
    const prepared = await entryOfAct(reads, id, 'finish-preparing');
    const textOf = await textsOf(reads, [entry, ...(prepared === undefined ? [] : [prepared])]);
    const said = { by: madeBy, at: madeAt.toISOString() };
    const path = `attachments/notices/${id}` as const;
    const statement = textOf(entry, STATEMENT);
    if (statement !== null)
      parts.push({
        ...said,
        path: `${path}-statement.json`,
        title: `Campaign ${id}: what was typed for its notices`,
        content: statement,
        text: { entry, name: STATEMENT },
      });
    const notices = prepared === undefined ? null : textOf(prepared, NOTICES);
    if (prepared === undefined || notices === null) continue;
    const title = `Campaign ${id} (${state}): every version of its notices`;
    const content = pageOf(title, JSON.parse(notices) as NoticeVersions);
    const text = { entry: prepared, name: NOTICES };
    parts.push({ ...said, path: `${path}.html`, title, content });
    parts.push({ ...said, path: `${path}.json`, title: `${title}, as recorded`, content: notices, text });
  }
  return parts;
}

const STYLE = [
  ':root{color-scheme:light dark}',
  'body{font:16px/1.5 serif;max-width:45rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}',
  'article{border:1px solid #777;padding:0 1rem;margin:1rem 0}',
].join('');

const shown = (text: string): string => markup(withoutMarks(text));

function pageOf(title: string, { cohorts, name, versions }: NoticeVersions): string {
  const left = cohorts - versions.length;
  const articles = versions.map(
    ({ n, language, status, laws, form, people, subject, text }) => `<h2>Version ${n + 1}</h2>
<p>${people} people, ${status}; language ${shown(language)}; laws: ${shown(laws.join(', ') || 'none')}${form === undefined ? '' : `; form of ${shown(form)}`}</p>
<article lang="${shown(language)}" dir="auto"><h3>${shown(subject)}</h3>
<p>${shown(text)}</p></article>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${shown(title)}</title><style>${STYLE}</style></head><body>
<h1>${shown(title)}</h1>
<p>People whose notices said the same but for names, times and figures had one version; each is shown as one of them would read it,
with the name ${shown(name)} and a code that is none.${left === 0 ? '' : ` ${left} versions, of those with the fewest people, are not kept.`}</p>
${articles.join('\n')}
</body></html>
`;
}
