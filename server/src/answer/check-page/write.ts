/** Writes the page on which messages are checked, with what it runs, into the public folder. */
import { readFile } from 'node:fs/promises';
import { pageLanguages } from '../page/texts.ts';
import type { Files } from '../public-files.ts';
import { MODULE_FOLDER, MODULE_NAMES } from './modules.ts';
import { checkPage, type Page, type Result, resultPage } from './page.ts';
import { checkLanguages } from './texts.ts';

const SCRIPT = new URL('page.script.js', import.meta.url);

/** `organisation`: who we are; '' while nothing was sent. */
export async function writeCheckPages(files: Files, organisation: string): Promise<void> {
  const languages = await checkLanguages();
  for (const name of MODULE_NAMES)
    await files.put(`check/codes/${name}`, await readFile(new URL(name, MODULE_FOLDER), 'utf8'));
  await files.put('check/page.js', await readFile(SCRIPT, 'utf8'));
  const pages = new Map<string, string>();
  for (const code of languages.keys()) pages.set(code, checkPage(await pageIn(code, organisation)));
  for (const [code, page] of pages) await files.put(`check/${code}.html`, page);
  await files.put('check/index.html', pages.get('en') ?? '');
}

/** Where the server serves the public folder. */
const STATIC = '/public/check/';

/** What a form without script is answered with, in this language, or in English. */
export const answerForm = async (code: string, result: Result): Promise<string> =>
  resultPage(await pageIn(code, ''), result, STATIC);

async function pageIn(code: string, organisation: string): Promise<Page> {
  const languages = await checkLanguages();
  const language = languages.get(code) ?? languages.get('en');
  const around = (await pageLanguages()).get(language?.language ?? '');
  if (language === undefined || around === undefined) throw new Error('There is English.');
  const { skip, languages: choose } = around.messages;
  return { language, organisation, languages: [...languages.keys()], words: { skip, languages: choose } };
}
