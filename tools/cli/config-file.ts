// Settings of the long-running programs: a JSON file, so that secrets stay out of the process list. Every wrong word in
// it, at any depth, is refused by its name before anything starts: unknown names, missing ones, values out of bounds.
import { Type, type Static, type TObject, type TSchema } from '@sinclair/typebox';
import { Value, ValueErrorType, type ValueError } from '@sinclair/typebox/value';
import { fail } from '../../protocol/errors';
import { readJson } from '../../host/kit/json-file';

const CLOSED = { additionalProperties: false };
const PORT_MAX = 65_535;
/** Longer pauses are mistakes of the unit. */
const PAUSE_MAX_MS = 86_400_000;

/** An object that has no other names. */
export function settings<P extends Record<string, TSchema>>(properties: P) {
  return Type.Object(properties, CLOSED);
}

/** Kinds of settings; the description is what the message expects. */
export const Text = Type.String({ minLength: 1, description: 'a text' });
/** `postgres://…`, the path of a file, or `:memory:`. */
export const Database = Type.String({
  pattern: '^(postgres(ql)?://\\S+|(?!\\w+://).+)$',
  description: 'postgres://USER:PASSWORD@HOST/NAME or the path of a file',
});
export const Texts = Type.Array(Text, { description: 'a list of texts' });
export const HttpUrl = Type.String({ pattern: '^https?://[^\\s/?#]+', description: 'http://HOST:PORT' });
export const TcpUrls = Type.Array(
  Type.String({ pattern: '^tcp://([^\\s:/\\[\\]]+|\\[[0-9a-fA-F:]+\\]):[0-9]{1,5}$', description: 'tcp://HOST:PORT' }),
  { description: 'a list of tcp://HOST:PORT' },
);
export const Port = Type.Integer({ minimum: 0, maximum: PORT_MAX, description: 'a port number 0..65535' });
export const PauseMs = Type.Integer({ minimum: 1, maximum: PAUSE_MAX_MS, description: 'milliseconds, above 0' });
export const Positive = Type.Number({ exclusiveMinimum: 0, description: 'a number above 0' });
export const Network = oneOf('main', 'test', 'regtest');

/** One of some words. */
export function oneOf<const W extends string>(...words: W[]) {
  return Type.Union(
    words.map((word) => Type.Literal(word)),
    { description: words.join(', ').replace(/, ([^,]*)$/, ' or $1') },
  );
}

function nameOf(path: string): string {
  return path.slice(1).replaceAll('/', '.');
}

/** The schema that stands at a path of values, as far as it is one of named properties and items. */
function schemaAt(schema: TSchema, path: string): TSchema | undefined {
  let at: TSchema | undefined = schema;
  for (const step of path.split('/').slice(1))
    at = ((at?.properties as Record<string, TSchema> | undefined)?.[step] ?? at?.items) as TSchema | undefined;
  return at;
}

/** One line that names the setting and what is expected of it, never its value. */
function messageOf(schema: TObject, { path, type }: ValueError): string {
  if (type === ValueErrorType.ObjectAdditionalProperties) {
    const parent = path.slice(0, path.lastIndexOf('/'));
    const known = Object.keys((schemaAt(schema, parent)?.properties as object | undefined) ?? {});
    return `no setting is called "${nameOf(path)}"; expected ${known.join(', ')}`;
  }
  if (type === ValueErrorType.ObjectRequiredProperty) return `"${nameOf(path)}" is missing`;
  const expected = schemaAt(schema, path);
  const words = expected?.description ?? (expected?.type === 'object' ? 'an object' : 'another value');
  return `"${nameOf(path)}" expected ${words}`;
}

/** Reads and checks `path`. Throws code `config` naming the file and the setting, never a value. */
export function readConfig<S extends TObject>(path: string, schema: S): Static<S> {
  const given = readJson(path, 'config');
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw fail('config', `${path}: expected a JSON object`);
  const problem = Value.Errors(schema, given).First();
  if (problem) throw fail('config', `${path}: ${messageOf(schema, problem)}`);
  return given as Static<S>;
}

/** The help line of a command that takes such a file. */
export function describeSettings(schema: TObject): string {
  const required = schema.required ?? [];
  return Object.keys(schema.properties)
    .map((name) => (required.includes(name) ? name : `[${name}]`))
    .join(', ');
}
