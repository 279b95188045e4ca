/** OpenAPI 3.1, made of the operations. */
import { ANSWER, JobProgress } from '@forthright/contract';
import * as z from 'zod';
import { headerOf } from '../kernel/index.ts';
import type { Json, Shape } from './input.ts';
import type { Route } from './types.ts';

export type Described = Readonly<{ route: Route; shape: Shape }>;

const PROBLEM: Json = {
  type: 'object',
  description: 'RFC 9457, with a code from the closed set that docs/errors.md explains',
  required: ['type', 'title', 'status', 'detail', 'code', 'problems', 'instance'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(ANSWER) },
    problems: {
      type: 'array',
      items: {
        type: 'object',
        required: ['at', 'message'],
        properties: { at: { type: 'string' }, message: { type: 'string' } },
      },
    },
    instance: { type: 'string' },
  },
};

const BYTES: Json = { 'application/octet-stream': {} };
const LAST_EVENT: Json = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'The id of the last event that was read, to go on after it',
  schema: { type: 'integer', minimum: 0 },
};

const STREAMED: Json = {
  200: {
    description:
      'Server-sent events: `id` is a number that grows, `event` the state of the job, `data` one JSON object as the schema says. The stream ends after the event of the final state, and in any case after two minutes.',
    content: { 'text/event-stream': { schema: z.toJSONSchema(JobProgress, { io: 'output' }) } },
  },
  204: { description: 'Nothing will come any more' },
};

export function openApiOf(described: readonly Described[], version: string): Json {
  const schemas: Json = { Problem: PROBLEM };
  const paths: { [path: string]: Json } = {};
  for (const each of described) {
    const path = `/api${each.route.path.replaceAll(/:([A-Za-z]\w*)/g, '{$1}')}`;
    paths[path] ??= {};
    paths[path][each.route.method.toLowerCase()] = operationOf(each, schemas);
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Forthright', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: '__Host-forthright-session' },
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'fwt_…' },
      },
    },
  };
}

function operationOf({ route, shape }: Described, schemas: Json): Json {
  const { streams } = route;
  const output = z.toJSONSchema(route.output, { io: 'output' }) as Json;
  const own = (schema: unknown, io: string) => moved(schema, `${route.name}.${io}`);
  for (const [id, schema] of Object.entries(shape.definitions))
    schemas[`${route.name}.input.${id}`] = own(schema, 'input');
  for (const [id, schema] of Object.entries((output.$defs ?? {}) as Json))
    schemas[`${route.name}.output.${id}`] = own(schema, 'output');
  const { $schema, $defs, ...plain } = output;
  const may = route.kind === 'operation' ? route.operation.may : undefined;
  const isStream = route.kind === 'operation' && route.operation.events !== undefined;
  return {
    operationId: route.name,
    summary: route.summary,
    ...(may === undefined
      ? { security: [] }
      : { security: [{ session: [] }, { token: [] }], 'x-forthright-may': may }),
    parameters: [...parametersOf(shape, own), ...(isStream ? [LAST_EVENT] : [])],
    ...(shape.takesBody && [...shape.fields.values()].some(({ place }) => place === 'body')
      ? { requestBody: bodyOf(shape, own) }
      : {}),
    ...(streams === 'takes a file' ? { requestBody: { required: true, content: BYTES } } : {}),
    responses: {
      ...(isStream
        ? STREAMED
        : {
            200: {
              description: streams === 'gives a folder' ? 'The files, as tar' : 'The answer',
              content: streams?.startsWith('gives')
                ? BYTES
                : Object.fromEntries([
                    ...('not' in plain ? [] : [['application/json', { schema: own(plain, 'output') }]]),
                    ...(route.documents ?? []).map((type) => [type, { schema: { type: 'string' } }]),
                  ]),
            },
          }),
      default: {
        description: 'What went wrong',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

type Own = (schema: unknown, io: string) => unknown;

function parametersOf(shape: Shape, own: Own): Json[] {
  return [...shape.fields]
    .filter(([, { place }]) => place !== 'body')
    .map(([name, { place, schema, isRequired }]) => ({
      name: place === 'header' ? headerOf(name) : name,
      in: place,
      required: place === 'path' || isRequired,
      ...(place === 'header'
        ? { description: 'Percent-encoded UTF-8; the schema is of what that says.' }
        : {}),
      schema: own(schema, 'input'),
    }));
}

function bodyOf(shape: Shape, own: Own): Json {
  const inBody = [...shape.fields].filter(([, { place }]) => place === 'body');
  const required = inBody.filter(([, { isRequired }]) => isRequired).map(([name]) => name);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(inBody.map(([name, field]) => [name, own(field.schema, 'input')])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
  return { required: required.length > 0, content: { 'application/json': { schema } } };
}

/** A schema's own definitions have no place inside of an OpenAPI document; they stand among its components. */
function moved(schema: unknown, under: string): unknown {
  if (Array.isArray(schema)) return schema.map((inner) => moved(inner, under));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, inner]) => {
      const id = key === '$ref' ? /^#\/\$defs\/(.+)$/.exec(String(inner))?.[1] : undefined;
      return [key, id === undefined ? moved(inner, under) : `#/components/schemas/${under}.${id}`];
    }),
  );
}
