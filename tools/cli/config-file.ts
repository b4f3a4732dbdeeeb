// Settings of the long-running programs: a JSON file, so that secrets stay out of the process list. Unknown names,
// missing names and wrong types are told by name before anything starts.
import { readFileSync } from 'node:fs';
import { fail } from '../../protocol/errors';

type Kind = 'text' | 'number' | 'texts' | 'object';

/** Name → kind; a trailing `?` on the kind marks what may be left out. */
export type Shape = Record<string, Kind | `${Kind}?`>;

export type Settings = Record<string, unknown>;

function isOfKind(value: unknown, kind: Kind): boolean {
  if (kind === 'text') return typeof value === 'string' && value !== '';
  if (kind === 'number') return typeof value === 'number' && Number.isFinite(value);
  if (kind === 'texts') return Array.isArray(value) && value.every((item) => typeof item === 'string');
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads and checks `path`. Throws code `config` naming the file and the setting, never a value. */
export function readConfig(path: string, shape: Shape): Settings {
  let settings: unknown;
  try {
    settings = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw fail(
      'config',
      `${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'expected JSON'}`,
    );
  }
  if (!isOfKind(settings, 'object')) throw fail('config', `${path}: expected a JSON object`);
  const given = settings as Settings;
  for (const name of Object.keys(given)) {
    if (!(name in shape))
      throw fail('config', `${path}: no setting is called "${name}"; expected ${Object.keys(shape).join(', ')}`);
  }
  for (const [name, kind] of Object.entries(shape)) {
    const isOptional = kind.endsWith('?');
    const bare = kind.replace('?', '') as Kind;
    if (given[name] === undefined && isOptional) continue;
    if (!isOfKind(given[name], bare))
      throw fail('config', `${path}: "${name}" expected ${bare === 'texts' ? 'a list of texts' : `a ${bare}`}`);
  }
  return given;
}

/** The help line of a command that takes such a file. */
export function describeShape(shape: Shape): string {
  return Object.entries(shape)
    .map(([name, kind]) => (kind.endsWith('?') ? `[${name}]` : name))
    .join(', ');
}
