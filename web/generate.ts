/**
 * Writes `src/app/api.gen.ts`: the server's OpenAPI document as the types that `openapi-fetch` reads. The usual generator
 * needs the compiler interface of TypeScript 5, which TypeScript 7 no longer has; our document uses few words of JSON
 * Schema, and an unknown one ends this program.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { openApi } from '../server/src/serve.ts';

type Schema = Readonly<{
  $ref?: string;
  type?: string | readonly string[];
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  allOf?: readonly Schema[];
  not?: object;
  items?: Schema | false;
  prefixItems?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: Schema | boolean;
}>;
type Content = Readonly<Record<string, Readonly<{ schema?: Schema }>>>;
type Api = Readonly<{
  paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          Readonly<{
            parameters: readonly Readonly<{ name: string; in: string; required: boolean; schema: Schema }>[];
            requestBody?: Readonly<{ required: boolean; content: Content }>;
            responses: Readonly<Record<string, Readonly<{ content?: Content }>>>;
          }>
        >
      >
    >
  >;
  components: Readonly<{ schemas: Readonly<Record<string, Schema>> }>;
}>;

const quoted = (name: string): string => JSON.stringify(name);
/** A type of its own, since some of them hold themselves. */
const nameOf = (schema: string): string => schema.replaceAll(/\W+/g, '_');
const either = (types: readonly string[]): string => [...new Set(types)].join(' | ');

/** `io`: what may be left out of an input may also be given as `undefined`; what is answered is there or is not. */
function typeOf(schema: Schema, io: 'in' | 'out'): string {
  const inner = (one: Schema) => typeOf(one, io);
  if (schema.$ref !== undefined) return nameOf(schema.$ref.replace('#/components/schemas/', ''));
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return either(schema.enum.map((one) => JSON.stringify(one)));
  const several = schema.anyOf ?? schema.oneOf;
  if (several !== undefined) return `(${either(several.map(inner))})`;
  if (schema.allOf !== undefined) return `(${schema.allOf.map(inner).join(' & ')})`;
  if (Array.isArray(schema.type)) return `(${either(schema.type.map((type) => inner({ ...schema, type })))})`;
  switch (schema.type) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array':
      if (schema.prefixItems !== undefined) return `[${schema.prefixItems.map(inner).join(', ')}]`;
      return `(${schema.items === undefined || schema.items === false ? 'unknown' : inner(schema.items)})[]`;
    case 'object':
      return objectOf(schema, io);
    case undefined:
      return schema.not === undefined ? 'unknown' : 'never';
    default:
      throw new Error(`Unknown type in the OpenAPI document: ${JSON.stringify(schema).slice(0, 200)}`);
  }
}

function objectOf(schema: Schema, io: 'in' | 'out'): string {
  const { properties = {}, required = [], additionalProperties: more } = schema;
  const lines = Object.entries(properties).map(([name, one]) => {
    const isThere = required.includes(name);
    return `${quoted(name)}${isThere ? '' : '?'}: ${typeOf(one, io)}${isThere || io === 'out' ? '' : ' | undefined'}`;
  });
  if (lines.length === 0)
    return typeof more === 'object' ? `{ [name: string]: ${typeOf(more, io)} }` : 'Record<string, never>';
  return `{ ${lines.join('; ')} }`;
}

const contentOf = (content: Content, io: 'in' | 'out'): string =>
  `{ ${Object.entries(content)
    .map(([type, { schema = { type: 'string' } }]) => `${quoted(type)}: ${typeOf(schema, io)}`)
    .join('; ')} }`;

/** The module's text. */
export function apiTypes(document: unknown): string {
  const { paths, components } = document as Api;
  const lines = ['/** Made of the OpenAPI document by `web/generate.ts`. */'];
  for (const [name, schema] of Object.entries(components.schemas))
    lines.push(`export type ${nameOf(name)} = ${typeOf(schema, name.includes('.input.') ? 'in' : 'out')};`);
  lines.push('export type paths = {');
  for (const [path, methods] of Object.entries(paths)) {
    lines.push(`  ${quoted(path)}: {`);
    for (const [method, { parameters, requestBody, responses }] of Object.entries(methods)) {
      lines.push(`    ${method}: {`, '      parameters: {');
      for (const place of ['path', 'query', 'header']) {
        // The browser itself says after which event it goes on.
        const own = parameters.filter((one) => one.in === place && one.name !== 'Last-Event-ID');
        if (own.length === 0) continue;
        const schema = {
          properties: Object.fromEntries(own.map((one) => [one.name, one.schema])),
          required: own.filter((one) => one.required).map(({ name }) => name),
        };
        lines.push(`        ${place}${schema.required.length > 0 ? '' : '?'}: ${objectOf(schema, 'in')};`);
      }
      lines.push('      };');
      if (requestBody !== undefined)
        lines.push(
          `      requestBody${requestBody.required ? '' : '?'}: { content: ${contentOf(requestBody.content, 'in')} };`,
        );
      lines.push('      responses: {');
      for (const [status, { content }] of Object.entries(responses))
        lines.push(
          `        ${status}: ${content === undefined ? '{ content?: never }' : `{ content: ${contentOf(content, 'out')} }`};`,
        );
      lines.push('      };', '    };');
    }
    lines.push('  };');
  }
  lines.push('};');
  return `${lines.join('\n')}\n`;
}

export const API_FILE = new URL('./src/app/api.gen.ts', import.meta.url);

/** Writes the file unless it says the same already. */
export async function writeApiTypes(): Promise<void> {
  const text = apiTypes(await openApi('0.1.0'));
  let before = '';
  try {
    before = readFileSync(API_FILE, 'utf8');
  } catch {
    mkdirSync(new URL('.', API_FILE), { recursive: true });
  }
  if (before === text) return;
  // Whole or not at all: another process may read it at this moment.
  const own = new URL(`./api.gen.${process.pid}.tmp`, API_FILE);
  writeFileSync(own, text);
  renameSync(own, API_FILE);
}

if (import.meta.main) await writeApiTypes();
