/** Checking a code or a message without script: a form that is sent here and answered with a page. Nothing of it is kept. */
import { ANSWER, type CodeAnswer, type MessageAnswer } from '@forthright/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerForm, type FormResult } from '../answer/index.ts';
import type { Entrance } from '../people/index.ts';
import { HTML, type Sent, takeFormsWithMessage } from './forms.ts';
import { readInput, shapeOf } from './input.ts';
import { coded, problemOf, waitSecondsOf } from './problem.ts';

export const CHECK_PATH = '/check';
const MOST_LANGUAGE_CHARACTERS = 20;

type CheckDoor = Readonly<{
  questions: readonly Entrance[];
  /** Throws when the request may not ask. */
  admit: (request: FastifyRequest) => void;
  /** Told of each refusal, for the log. */
  refused: (rawError: unknown, request: FastifyRequest) => void;
}>;

export function addCheck(app: FastifyInstance, { questions, admit, refused }: CheckDoor): void {
  const named = (name: string): Entrance => {
    const found = questions.find((one) => one.name === name);
    if (found === undefined) throw new Error(`The form for checking needs the entrance ${name}.`);
    return found;
  };
  const [code, message] = [named('check-code'), named('check-message')];
  const ask = async (entrance: Entrance, body: object): Promise<unknown> => {
    const input = readInput(entrance, shapeOf(entrance), { path: {}, query: {}, body });
    const { output } = await entrance.run(input, undefined);
    return output;
  };
  const judge = async ({ fields, file }: Sent): Promise<FormResult> => {
    const { code: typed = '', address = '', text = '' } = fields;
    if (file !== undefined) {
      const answer = await ask(message, { address, eml: file.toString('base64') });
      return { kind: 'message', answer: answer as MessageAnswer };
    }
    if (text !== '')
      return { kind: 'message', answer: (await ask(message, { address, text })) as MessageAnswer };
    return { kind: 'code', answer: (await ask(code, { address, code: typed })) as CodeAnswer };
  };
  app.register((scope, _, done) => {
    takeFormsWithMessage(scope);
    scope.setErrorHandler(async (rawError, request, reply) => {
      refused(rawError, request);
      const error = coded(rawError);
      const wait = waitSecondsOf(error);
      if (wait !== undefined) reply.header('retry-after', String(wait));
      const { detail, problems } = problemOf(error, request.id);
      const words = [detail, ...problems.map(({ at, message: said }) => `${at}: ${said}`)];
      const because = wait === undefined ? 'failed' : 'too-many';
      return show(reply.code(ANSWER[error.code].status), request, {
        kind: 'refused',
        because,
        problems: words,
      });
    });
    scope.post(CHECK_PATH, { onRequest: async (request) => admit(request) }, async (request, reply) =>
      show(reply, request, await judge(request.body as Sent)),
    );
    done();
  });
}

/** The page's own policy, with what a browser takes from the header alone. */
const POLICY = /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/;

async function show(reply: FastifyReply, request: FastifyRequest, result: FormResult): Promise<FastifyReply> {
  const { fields } = (request.body ?? { fields: {} }) as Sent;
  const page = await answerForm((fields.language ?? 'en').slice(0, MOST_LANGUAGE_CHARACTERS), result);
  const said = POLICY.exec(page)?.[1] ?? "default-src 'none'";
  return reply.header('content-security-policy', `${said}; frame-ancestors 'none'`).type(HTML).send(page);
}
