import { writeFile } from 'node:fs/promises';
import { dutiesPage } from './duties.page.ts';
import { loadLaw, OWN_LAW } from './law.ts';

await writeFile(new URL('../../../docs/duties.md', import.meta.url), dutiesPage(await loadLaw(OWN_LAW)));
