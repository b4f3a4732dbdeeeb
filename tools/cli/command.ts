// What a subcommand of `chaincloud` is, and how its flags are read. Unknown flags and missing values are usage errors
// (exit 2); everything else that goes wrong is a failure (exit 1). Nothing else in tools/ calls process.exit.
import { parseArgs } from 'node:util';
import { decimalOf } from '../../protocol/bytes';
import { fail } from '../../protocol/errors';
import { U32_MAX } from '../../protocol/wire';

export interface Flag {
  /** What the value is called in the help; absent for a switch. */
  value?: string;
  help: string;
  default?: string;
  /** May be given several times: all of its values are in `lists`. */
  isList?: boolean;
}

export interface Command {
  name: string;
  /** One line for `chaincloud --help`. */
  summary: string;
  flags: Record<string, Flag>;
  /** Names of positional arguments; a trailing `?` marks an optional one. */
  positionals?: string[];
  /** Answers the exit code; a thrown coded error is printed in one line and is exit 1. */
  run(input: CommandInput): Promise<number>;
}

export interface CommandInput {
  /** Values of flags that were given or have a default. Switches are in `switches`. */
  values: Record<string, string | undefined>;
  switches: Record<string, boolean>;
  /** Values of the flags that may be given several times, in their order. */
  lists: Record<string, string[]>;
  positionals: string[];
}

/** Reads `args` as `command` declares them. Throws code `usage`. */
export function readInput(command: Command, args: string[]): CommandInput {
  const options: Record<string, { type: 'string' | 'boolean'; multiple: boolean }> = {};
  for (const [name, flag] of Object.entries(command.flags))
    options[name] = { type: flag.value ? 'string' : 'boolean', multiple: flag.isList === true };
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw fail('usage', (error as Error).message.split('. ')[0]);
  }
  const wanted = command.positionals ?? [];
  const needed = wanted.filter((name) => !name.endsWith('?')).length;
  if (parsed.positionals.length > wanted.length)
    throw fail('usage', `unexpected argument ${parsed.positionals[wanted.length]}`);
  if (parsed.positionals.length < needed) throw fail('usage', `missing ${wanted[parsed.positionals.length]}`);
  const values: Record<string, string | undefined> = {};
  const switches: Record<string, boolean> = {};
  const lists: Record<string, string[]> = {};
  for (const [name, flag] of Object.entries(command.flags)) {
    const given = parsed.values[name];
    if (flag.isList) lists[name] = Array.isArray(given) ? given.map(String) : [];
    else if (flag.value) values[name] = typeof given === 'string' ? given : flag.default;
    else switches[name] = given === true;
  }
  return { values, switches, lists, positionals: parsed.positionals };
}

/** The value of a flag that the command cannot do without. Throws code `usage`. */
export function need(input: CommandInput, name: string): string {
  const value = input.values[name];
  if (value === undefined) throw fail('usage', `missing --${name}`);
  return value;
}

/** The number of an account that a flag names. Throws code `usage`. */
export function anAccountNumber(name: string, text: string): number {
  const account = decimalOf(text, 0, U32_MAX);
  if (account < 0) throw fail('usage', `"--${name}" expected the number of an account, got ${text}`);
  return account;
}

/** A TCP port number 0..65535 (0 = any free one). Throws code `usage`. */
export function aPort(name: string, text: string): number {
  const port = decimalOf(text, 0, 65535);
  if (port < 0) throw fail('usage', `"--${name}" expected a port number 0..65535, got ${text}`);
  return port;
}

/** The help text of one command. */
export function usageOf(command: Command): string {
  const positionals = (command.positionals ?? []).map((name) => (name.endsWith('?') ? `[${name.slice(0, -1)}]` : name));
  const rows = Object.entries(command.flags).map(([name, flag]) => {
    const left = `  --${name}${flag.value ? ` ${flag.value}` : ''}`;
    return `${left.padEnd(30)} ${flag.help}${flag.default ? ` (default ${flag.default})` : ''}`;
  });
  const usage = ['usage: chaincloud', command.name, ...positionals, '[options]'].join(' ');
  return [usage, '', command.summary, '', ...rows, ''].join('\n');
}
