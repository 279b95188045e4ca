import { writeFile } from 'node:fs/promises';
import { askEverything, permissionsPage } from './matrix.ts';

await writeFile(
  new URL('../../docs/permissions.md', import.meta.url),
  permissionsPage(await askEverything()),
);
