/** The HTTP door: every operation a route, every error a problem document, every request a line in the log. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { ANSWER, ForthrightError } from '@forthright/contract';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Entrance, People } from '../people/index.ts';
import type { Db } from '../platform/db/index.ts';
import { framesOf, Limiter, type Log } from '../platform/index.ts';
import { type Actor, Document, type Download, type Operation } from '../prove/index.ts';
import { addCheck, CHECK_PATH } from './check.ts';
import { cookieOf, credentialsOf, isLoopback, refuseOtherOrigins } from './cookies.ts';
import { lastEventOf, Streams } from './events.ts';
import { parametersOf, readInput, type Shape, shapeOf } from './input.ts';
import { Metrics } from './metrics.ts';
import { type Described, openApiOf } from './openapi.ts';
import { addOperator, BACKUP_PATH, type OperatorDoor, REGISTER_PATH } from './operator.ts';
import { apiPage, STYLE } from './page.ts';
import { coded, problemOf, tooMany, waitSecondsOf } from './problem.ts';
import { addPublic, PUBLIC_PATH } from './public.ts';
import { addReport, REPORT_PATH } from './report.ts';
import { BODY_LIMIT_BYTES, readJson, refuseDoubtful, refuseOtherCodings } from './requests.ts';
import { addReturned, isReturnedPath, RETURNED_PATHS, type ReturnedDoor } from './returned.ts';
import { addSignIn, SIGN_IN_PATHS } from './sign-in.ts';
import { contentOf, sendDownload } from './streams.ts';
import { type Route, routeOfEntrance, routeOfOperation } from './types.ts';
import { addWeb, readWeb, WEB_PATHS, type Web } from './web.ts';
import { addWelcome } from './welcome.ts';

export type ServerOptions = Readonly<{
  /** Those of `people` stand among them already. */
  operations: readonly Operation[];
  people: People;
  /** What anybody may ask beside signing in. */
  questions?: readonly Entrance[];
  db: Db;
  now: () => Date;
  log: Log;
  version: string;
  /** The folder that everybody may have; without it there is none. */
  published?: string;
  /** For whoever runs the server; without it there is no such door. */
  operator?: OperatorDoor;
  /** For webhooks of mail providers; without it there is no such door. */
  returned?: Omit<ReturnedDoor, 'clientOf'>;
  /** The folder of the built web application; without it there are only the pages for signing in. */
  web?: string | undefined;
  /** How long headers, a body, or the next piece of a file may take. */
  silenceMs?: number;
}>;

/**
 * From one client: requests of any kind, and at the entrances, where passwords and links could be guessed. A team in one
 * office, or behind a proxy, is one client, and a view asks about ten questions.
 */
const EVERYTHING = { most: 6000, windowSeconds: 60 };
const SILENCE_MS = 30_000;
const LINGER_MS = 2000;
const CLOSE_IDLE_MS = 250;
const ENTRANCES = { most: 20, windowSeconds: 60 };
const QUESTIONS = { most: 60, windowSeconds: 60 };

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor | undefined;
    begunMs: number;
    /** Until its body has come. */
    hurry: NodeJS.Timeout | undefined;
  }
}

type Door = ServerOptions &
  Readonly<{
    app: FastifyInstance;
    metrics: Metrics;
    entrances: Limiter;
    questionsAsked: Limiter;
    streams: Streams;
  }>;

/** The server, not yet listening. Throws for a list of operations that it could not serve as they say. */
export function makeServer(options: ServerOptions): FastifyInstance {
  const described = describedOf(options);
  const routes = described.map(({ route }) => route);
  const { log } = options;
  const app = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    // Listening has ended by then; a request that is under way on an open connection gets its own answer.
    return503OnClosing: false,
    // A file takes as long as it takes; how long other bodies may, `hurry` sees to.
    requestTimeout: 0,
    // A missing host is ours to refuse, with a problem document like everything else.
    http: { requireHostHeader: false, headersTimeout: options.silenceMs ?? SILENCE_MS },
    routerOptions: { maxParamLength: 200 },
    genReqId: () => randomUUID(),
    frameworkErrors: (error, request, reply) => {
      begin(request, reply);
      sendProblem(error, request, reply, log);
      finish(request, reply, log, metrics);
    },
    clientErrorHandler: refuseBytes,
  });
  const metrics = new Metrics();
  const streams = new Streams();
  app.addHook('preClose', async () => {
    streams.end();
    // Whoever still sends what was refused falls idle only when those that were idle have been closed.
    const again = setInterval(() => app.server.closeIdleConnections(), CLOSE_IDLE_MS);
    app.server.once('close', () => clearInterval(again));
  });
  const door: Door = {
    ...options,
    app,
    metrics,
    streams,
    entrances: new Limiter(ENTRANCES, options.now),
    questionsAsked: new Limiter(QUESTIONS, options.now),
  };
  watch(door, new Limiter(EVERYTHING, options.now));
  takeJsonOnly(app);
  for (const each of described) addRoute(door, each);
  const web = options.web === undefined ? undefined : readWeb(options.web);
  addOwnRoutes(door, described, web);
  const accept = options.people.entrances.find(({ name }) => name === 'accept-link');
  if (accept !== undefined)
    addWelcome(app, {
      entrance: accept,
      hasWeb: web !== undefined,
      admit: (request) => admit(door, request),
      refused: (rawError, request) => logRefusal(rawError, request, log),
    });
  if (options.published !== undefined) addPublic(app, options.published);
  if (options.questions?.some(({ name }) => name === 'check-message'))
    addCheck(app, {
      questions: options.questions,
      admit: (request) => admit(door, request, { isPublic: true }),
      refused: (rawError, request) => logRefusal(rawError, request, log),
    });
  const report = options.questions?.find(({ name }) => name === 'report-mail');
  if (report !== undefined)
    addReport(app, {
      entrance: report,
      admit: (request) => admit(door, request, { isPublic: true }),
      refused: (rawError, request) => logRefusal(rawError, request, log),
    });
  if (options.operator !== undefined) addOperator(app, options.operator);
  if (options.returned !== undefined) addReturned(app, { ...options.returned, clientOf });
  if (options.people.entrances.some(({ name }) => name === 'sign-out'))
    addSignIn(app, {
      people: options.people,
      admit: (request) => admit(door, request),
      count: (request) => countIn(door.entrances, request),
      hasWeb: web !== undefined,
      refused: (rawError, request) => logRefusal(rawError, request, log),
    });
  refuseTheRest(door, routes, web);
  return app;
}

type Asked = Pick<ServerOptions, 'operations' | 'people' | 'questions'>;

function describedOf({ operations, people, questions = [] }: Asked): readonly Described[] {
  const routes = [
    ...[...people.entrances, ...questions].map(routeOfEntrance),
    ...operations.map(routeOfOperation),
  ];
  refuseTwice(routes);
  return routes.map((route) => ({ route, shape: shapeOf(route) }));
}

/** What `/api/openapi.json` says, without a server: for programs that are made of it. */
export const describeApi = (asked: Asked, version: string): ReturnType<typeof openApiOf> =>
  openApiOf(describedOf(asked), version);

function refuseTwice(routes: readonly Route[]): void {
  const seen = new Set<string>();
  for (const { name, method, path } of routes) {
    for (const key of [name, `${method} ${path.replaceAll(/:\w+/g, ':')}`]) {
      if (seen.has(key)) throw new Error(`There are two of ${key} among the operations.`);
      seen.add(key);
    }
  }
}

const FIXED_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Not `no-referrer`: a browser would then send the forms of our own pages with `Origin: null`.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const;

function begin(request: FastifyRequest, reply: FastifyReply): void {
  request.begunMs = performance.now();
  reply.headers(FIXED_HEADERS).header('x-request-id', request.id);
  if (!isLoopback(request.headers.host)) reply.header('strict-transport-security', 'max-age=31536000');
}

function finish(request: FastifyRequest, reply: FastifyReply, log: Log, metrics: Metrics): void {
  const milliseconds = Math.round(performance.now() - request.begunMs);
  const route = request.routeOptions?.url ?? 'none';
  // A method is a word of the client's until a route knows it.
  const method = route === 'none' ? 'any' : request.method;
  metrics.add(method, route, reply.statusCode, milliseconds / 1000);
  log({
    event: 'request',
    level: 'info',
    request: request.id,
    method,
    route,
    status: reply.statusCode,
    milliseconds,
    ...(request.actor === undefined ? {} : { actor: request.actor.id }),
  });
}

/** An IPv6 network of one subscriber (/64) is one client: its addresses cost nothing. */
function clientOf({ ip }: FastifyRequest): string {
  if (!ip.includes(':') || /^::ffff:\d+\./.test(ip)) return ip;
  const [head = '', tail] = ip.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  return [...front, ...Array<string>(zeros).fill('0'), ...back].slice(0, 4).join(':');
}

function watch({ app, log, metrics }: Door, everything: Limiter): void {
  app.decorateRequest('actor', undefined);
  app.decorateRequest('begunMs', 0);
  app.decorateRequest('hurry', undefined);
  app.addHook('onRequest', async (request, reply) => {
    begin(request, reply);
    // Those have limits of their own.
    const isReturned = isReturnedPath((request.raw.url ?? '').split('?', 1)[0] ?? '');
    const wait = isReturned ? 0 : everything.take(clientOf(request));
    if (wait > 0) throw tooMany(wait);
    refuseDoubtful(request.raw.url ?? '', request.headers.host);
  });
  app.addHook('onResponse', async (request, reply) => {
    finish(request, reply, log, metrics);
    clearTimeout(request.hurry);
    const { raw } = request;
    if (raw.complete) return;
    // Whoever was refused in the midst of sending gets time to read why; what still comes is for nobody.
    raw.resume();
    setTimeout(() => raw.complete || raw.destroy(), LINGER_MS).unref();
  });
  app.setErrorHandler((error, request, reply) => {
    sendProblem(error, request, reply, log);
  });
}

function sendProblem(rawError: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): void {
  const error = coded(rawError);
  const problem = problemOf(error, request.id);
  const wait = waitSecondsOf(error);
  if (wait !== undefined) reply.header('retry-after', String(wait));
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  logRefusal(rawError, request, log);
  reply
    .code(problem.status)
    .type('application/problem+json')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(problem);
}

function logRefusal(rawError: unknown, request: FastifyRequest, log: Log): void {
  const error = coded(rawError);
  const isOurs = ANSWER[error.code].status >= 500;
  log({
    event: 'refused',
    level: isOurs ? 'error' : 'info',
    request: request.id,
    code: error.code,
    ...(isOurs ? { frames: framesOf(rawError) } : {}),
    // Those name hosts and folders, which who runs the server must know, and never a statement's values.
    ...(error.code.startsWith('database-') ? { note: error.message } : {}),
  });
}

/** Bytes that are no HTTP reach no route; nothing of them is repeated. */
function refuseBytes(_error: unknown, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const error = new ForthrightError(
    'request-malformed',
    'This is no HTTP, came too slowly, or its headers are too long.',
  );
  const problem = problemOf(error, randomUUID());
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function takeJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      refuseOtherCodings(request.headers['content-type'], request.headers['content-encoding']);
      return readJson(body);
    },
  );
}

function addRoute(door: Door, described: Described): void {
  if (described.route.streams !== 'takes a file') {
    addTo(door.app, door, described);
    return;
  }
  door.app.register((scope, _, done) => {
    scope.removeAllContentTypeParsers();
    // Whatever it says to be: `contentOf` judges it, and reads it.
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null, undefined));
    addTo(scope, door, described);
    done();
  });
}

/** Ends a request whose body does not come in time. */
function hurry(request: FastifyRequest, silenceMs: number): void {
  const { raw } = request;
  request.hurry = setTimeout(() => {
    if (!raw.complete) refuseBytes(undefined, raw.socket);
  }, silenceMs);
}

function addTo(app: FastifyInstance, door: Door, { route, shape }: Described): void {
  app.route({
    method: route.method,
    url: `/api${route.path}`,
    // Who asks and may they comes before the body is read: a stranger learns nothing of what is expected.
    onRequest: async (request) => {
      if (route.kind === 'entrance') admit(door, request, route.entrance);
      else await admitActor(door, route.operation, request);
      if (route.streams !== 'takes a file') hurry(request, door.silenceMs ?? SILENCE_MS);
    },
    handler: async (request, reply) => {
      const input = readInput(route, shape, {
        path: request.params,
        query: request.query,
        body: bodyOf(request, shape),
        headers: request.headers,
      });
      if (route.kind === 'operation' && route.operation.events !== undefined)
        return stream(door, route.operation, input, request, reply);
      const rawOutput = await run(door, route, input, request, reply);
      if (route.streams?.startsWith('gives')) return sendDownload(reply, rawOutput as Download);
      return send(reply, route, rawOutput, (error) => logRefusal(error, request, door.log));
    },
  });
}

function admit(door: Door, request: FastifyRequest, { isPublic }: Pick<Entrance, 'isPublic'> = {}): void {
  const { session } = credentialsOf({ ...request.headers, authorization: undefined });
  refuseOtherOrigins(request.headers, session !== undefined);
  countIn(isPublic === true ? door.questionsAsked : door.entrances, request);
}

function countIn(limiter: Limiter, request: FastifyRequest): void {
  const wait = limiter.take(clientOf(request));
  if (wait > 0) throw tooMany(wait);
}

async function admitActor({ people }: Door, operation: Operation, request: FastifyRequest): Promise<void> {
  const actor = await people.recognise(credentialsOf(request.headers));
  request.actor = actor;
  if (actor.via === 'session' && operation.method !== 'GET') refuseOtherOrigins(request.headers, true);
  if (operation.may.length > 0 && !operation.may.some((role) => actor.roles.includes(role)))
    throw new ForthrightError(
      'not-permitted',
      `\`${operation.name}\` may be asked by: ${operation.may.join(', ')}.`,
    );
}

function bodyOf(request: FastifyRequest, shape: Shape): unknown {
  if (shape.takesBody || request.body === undefined) return request.body;
  throw new ForthrightError('request-invalid', 'This takes no body; its fields stand in the query.');
}

async function run(
  { db, now, silenceMs = SILENCE_MS }: Door,
  route: Route,
  input: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  if (route.kind === 'operation') {
    if (request.actor === undefined) throw new Error(`${route.name} was reached without an actor.`);
    const content = route.streams === 'takes a file' ? { content: contentOf(request, silenceMs) } : {};
    return route.operation.run({ db, actor: request.actor, now, ...content }, input);
  }
  const { session: old } = credentialsOf({ ...request.headers, authorization: undefined });
  const { output, session } = await route.entrance.run(input, old);
  if (session !== 'unchanged') reply.header('set-cookie', cookieOf(session, request.headers.host));
  return output;
}

/** 204 tells a browser that nothing will come any more, so that it does not ask again. */
async function stream(
  { db, now, log, metrics, streams }: Door,
  operation: Operation,
  input: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { actor } = request;
  if (actor === undefined) throw new Error(`${operation.name} was reached without an actor.`);
  const after = lastEventOf(request.headers['last-event-id']);
  const abort = streams.take(actor.account);
  // Of the response: a request without a body is closed as soon as it was read.
  reply.raw.once('close', () => {
    abort.abort();
    // Fastify tells of the end of what was sent whole; most readers of a stream go away before.
    if (!reply.raw.writableFinished) finish(request, reply, log, metrics);
  });
  try {
    const events = await operation.events?.({ db, actor, now }, input, { after, signal: abort.signal });
    if (events === undefined) {
      streams.release(abort);
      return reply.code(204).send();
    }
    return (
      reply
        .type('text/event-stream; charset=utf-8')
        .header('x-accel-buffering', 'no')
        // One that lived on would be idle only after the server began to end, and hold it up for a minute.
        .header('connection', 'close')
        .send(streams.readable(events, abort))
    );
  } catch (error) {
    streams.release(abort);
    throw error;
  }
}

/**
 * A document leaves as it is. It holds what people typed, as text; should a mistake of ours ever let markup through,
 * it still runs nothing, loads nothing and belongs to no origin.
 */
const DOCUMENT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/** Told when a document can't be made to its end; the client sees the connection break and not a short file. */
type Broken = (rawError: unknown) => void;

function sendDocument(
  reply: FastifyReply,
  { name, documents }: Route,
  answer: Document,
  broken: Broken,
): FastifyReply {
  if (documents?.includes(answer.type) !== true)
    throw new ForthrightError('internal', `${name} answers ${answer.type}, which it does not promise`);
  const isPage = answer.type === 'text/html' || answer.type === 'text/plain';
  return reply
    .header('content-security-policy', DOCUMENT_POLICY)
    .header('content-disposition', `${isPage ? 'inline' : 'attachment'}; filename="${answer.name}"`)
    .type(`${answer.type}; charset=utf-8`)
    .send(
      typeof answer.text === 'string'
        ? answer.text
        : Readable.from(answer.text, { objectMode: false }).on('error', broken),
    );
}

/** What an operation answers is held to its schema, so that no column leaves because somebody added it to a table. */
function send(reply: FastifyReply, route: Route, rawOutput: unknown, broken: Broken): FastifyReply {
  if (rawOutput instanceof Document) return sendDocument(reply, route, rawOutput, broken);
  const parsed = route.output.safeParse(rawOutput);
  if (!parsed.success) {
    const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'all of it').join(', ');
    throw new ForthrightError('internal', `What ${route.name} answers is not what it promises: ${where}`);
  }
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(parsed.data ?? null));
}

function addOwnRoutes(
  { app, db, metrics, version }: Door,
  described: readonly Described[],
  web: Web | undefined,
): void {
  const openApi = JSON.stringify(openApiOf(described, version));
  const page = apiPage(described, version);
  const json = 'application/json; charset=utf-8';
  app.get('/api/openapi.json', async (_, reply) => reply.type(json).send(openApi));
  app.get('/api', async (_, reply) => reply.type('text/html; charset=utf-8').send(page));
  app.get('/api/style.css', async (_, reply) => reply.type('text/css; charset=utf-8').send(STYLE));
  if (web === undefined) app.get('/', async (_, reply) => reply.redirect('/sign-in'));
  else addWeb(app, web);
  app.get('/healthz', async (_, reply) => reply.type(json).send('{"status":"ok"}'));
  app.get('/readyz', async (_, reply) => {
    await db.rows('SELECT 1 AS one');
    return reply.type(json).send('{"status":"ready"}');
  });
  app.get('/metrics', async (_, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.text()),
  );
}

const OWN_PATHS = [
  '/',
  '/api/openapi.json',
  '/api',
  '/api/style.css',
  '/healthz',
  '/readyz',
  '/metrics',
  '/welcome',
  REPORT_PATH,
];

function refuseTheRest({ app }: Door, routes: readonly Route[], web: Web | undefined): void {
  const known = [
    ...[...OWN_PATHS, ...SIGN_IN_PATHS.GET, ...(web === undefined ? [] : WEB_PATHS)].map((path) => ({
      method: 'GET',
      form: formOf(path),
    })),
    ...['/welcome', CHECK_PATH, REPORT_PATH, ...SIGN_IN_PATHS.POST].map((path) => ({
      method: 'POST',
      form: formOf(path),
    })),
    ...RETURNED_PATHS.map((path) => ({ method: 'POST', form: formOf(path) })),
    { method: 'GET', form: new RegExp(`^${PUBLIC_PATH.replace('*', '.*')}$`) },
    { method: 'POST', form: formOf(BACKUP_PATH) },
    { method: 'POST', form: formOf(REGISTER_PATH) },
    ...routes.map(({ method, path }) => ({ method, form: formOf(`/api${path}`) })),
  ];
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = [...new Set(known.filter(({ form }) => form.test(path)).map(({ method }) => method))];
    if (methods.length === 0)
      throw new ForthrightError(
        'route-not-found',
        'There is nothing at this address; see /api/openapi.json.',
      );
    reply.header('allow', methods.join(', '));
    throw new ForthrightError('method-not-allowed', `This address takes ${methods.join(', ')}.`);
  });
}

function formOf(path: string): RegExp {
  const plain = path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(
    `^${parametersOf(path).reduce((form, name) => form.replace(`:${name}`, '[^/]+'), plain)}$`,
  );
}
