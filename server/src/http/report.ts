/** Reporting a mail without script: a page with a form, which is answered with a page. */
import { ANSWER, type ReportHeard } from '@forthright/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readSayings } from '../answer/index.ts';
import type { Entrance } from '../people/index.ts';
import { HTML, type Sent, takeFormsWithMessage } from './forms.ts';
import { readInput, shapeOf } from './input.ts';
import { document, escaped } from './page.ts';
import { coded, problemOf, waitSecondsOf } from './problem.ts';

export const REPORT_PATH = '/report';
const MOST_LANGUAGE_CHARACTERS = 20;
const POLICY =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

type ReportDoor = Readonly<{
  entrance: Entrance;
  /** Throws when the request may not ask. */
  admit: (request: FastifyRequest) => void;
  /** Told of each refusal, for the log. */
  refused: (rawError: unknown, request: FastifyRequest) => void;
}>;

export function addReport(app: FastifyInstance, { entrance, admit, refused }: ReportDoor): void {
  const shape = shapeOf(entrance);
  app.get<{ Querystring: { language?: unknown } }>(REPORT_PATH, async ({ query, headers }, reply) =>
    show(
      reply,
      languageOf(query.language) ?? languageOf(headers['accept-language']?.slice(0, 5)) ?? 'en',
      [],
    ),
  );
  app.register((scope, _, done) => {
    takeFormsWithMessage(scope);
    scope.setErrorHandler(async (rawError, request, reply) => {
      refused(rawError, request);
      const error = coded(rawError);
      const wait = waitSecondsOf(error);
      if (wait !== undefined) reply.header('retry-after', String(wait));
      const { detail, problems } = problemOf(error, request.id);
      const words = [detail, ...problems.map(({ at, message }) => `${at}: ${message}`)];
      return show(reply.code(ANSWER[error.code].status), languageIn(request), words);
    });
    scope.post(REPORT_PATH, { onRequest: async (request) => admit(request) }, async (request, reply) => {
      const { fields, file } = request.body as Sent;
      const language = languageIn(request);
      const { address = '', text = '' } = fields;
      const given = file === undefined ? { text } : { eml: file.toString('base64') };
      const body = { address, language, ...given };
      const { output } = await entrance.run(
        readInput(entrance, shape, { path: {}, query: {}, body }),
        undefined,
      );
      return show(reply, language, [(output as ReportHeard).says]);
    });
    done();
  });
}

const languageOf = (raw: unknown): string | undefined =>
  typeof raw === 'string' && raw !== '' ? raw.slice(0, MOST_LANGUAGE_CHARACTERS) : undefined;
const languageIn = ({ body }: FastifyRequest): string =>
  languageOf((body as Sent | undefined)?.fields.language) ?? 'en';

/** The form, with what was said to whoever sent it above. */
async function show(reply: FastifyReply, wanted: string, said: readonly string[]): Promise<FastifyReply> {
  const sayings = await readSayings();
  const language = sayings.nearest(wanted);
  const say = sayings.in(language);
  const words = (name: string) => escaped(say(`form.report.${name}`));
  const others = sayings.languages
    .filter((one) => one !== language)
    .map((one) => `<a href="${REPORT_PATH}?language=${one}" lang="${one}" hreflang="${one}">${one}</a>`)
    .join(' ');
  const heard =
    said.length === 0
      ? ''
      : `<div role="alert">${said.map((line) => `<p>${escaped(line)}</p>`).join('')}</div>`;
  const page = document(
    say('form.report.title'),
    `<main class="narrow"><h1>${words('title')}</h1>${heard}<p>${words('intro')}</p>
<form method="post" action="${REPORT_PATH}" enctype="multipart/form-data"><input type="hidden" name="language" value="${language}">
<label>${words('address')}<input type="email" name="address" required maxlength="320" autocomplete="email"></label>
<label>${words('text')}<textarea name="text" rows="10" cols="40"></textarea></label>
<label>${words('file')}<input type="file" name="eml"></label>
<button>${words('send')}</button></form><nav>${others}</nav></main>`,
    language,
  );
  return reply.header('content-security-policy', POLICY).type(HTML).send(page);
}
