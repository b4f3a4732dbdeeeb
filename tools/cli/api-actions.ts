// Commands that make the API's platform calls: `chaincloud NAME ACTION ARGUMENTS`. An action is one entry of a table.
import { ADMIN } from '../../host/api/calls/admin';
import { createCaller, type Caller } from '../../host/api/calls/client';
import { openHttp } from '../../host/kit/http';
import { decimalOf } from '../../protocol/bytes';
import { fail } from '../../protocol/errors';
import { need, type Command, type CommandInput, type Flag } from './command';

export interface ApiAction {
  /** Names of its arguments, in their order. */
  takes: readonly string[];
  help: string;
  /** Makes the calls. */
  run(call: Caller, args: string[], input: CommandInput): Promise<Shown>;
}

export interface Shown {
  /** With --json. */
  result: unknown;
  /** For people. */
  lines: string[];
}

const FLAGS: Record<string, Flag> = {
  api: { value: 'URL', help: 'the API' },
  token: { value: 'TOKEN', help: "the operator's or admin's token; better in CHAINCLOUD_TOKEN" },
  json: { help: 'JSON in place of lines' },
};
const USAGE_PAD = 24;

/** A command of several actions; `flags` are beside those that each has. */
export function actionCommand(
  name: string,
  summary: string,
  actions: Record<string, ApiAction>,
  flags: Record<string, Flag> = {},
): Command {
  const usages = Object.entries(actions).map(([action, { takes, help }]) => {
    const usage = [action, ...takes].join(' ');
    return `${usage.padEnd(USAGE_PAD)} ${help}`;
  });
  const most = Math.max(...Object.values(actions).map(({ takes }) => takes.length));
  return {
    name,
    summary: `${summary}\n\n  ${usages.join('\n  ')}`,
    positionals: ['action', ...Array.from({ length: most }, (_, i) => `argument${i + 1}?`)],
    flags: { ...FLAGS, ...flags },
    async run(input) {
      const [word, ...args] = input.positionals;
      const action = Object.hasOwn(actions, word) ? actions[word] : undefined;
      if (!action) throw fail('usage', `no action "${word}"; there are ${Object.keys(actions).join(', ')}`);
      if (args.length !== action.takes.length)
        throw fail('usage', `${name} ${word} takes ${action.takes.join(' ') || 'no arguments'}`);
      return withApi(input, async (call) => {
        const { result, lines } = await action.run(call, args, input);
        process.stdout.write(
          input.switches.json ? `${JSON.stringify(result)}\n` : lines.map((line) => `${line}\n`).join(''),
        );
        return 0;
      });
    },
  };
}

async function withApi(input: CommandInput, work: (call: Caller) => Promise<number>): Promise<number> {
  const url = need(input, 'api');
  if (!/^https?:\/\/[^/\s]/.test(url)) throw fail('usage', `"--api" expected http://HOST:PORT, got ${url}`);
  const token = input.values.token ?? process.env.CHAINCLOUD_TOKEN;
  if (!token) throw fail('usage', 'missing --token (or CHAINCLOUD_TOKEN in the environment)');
  const http = openHttp({ base: url, headers: { token } });
  try {
    return await work(createCaller(http, ADMIN.bases[0], new URL(url).host));
  } finally {
    http.close();
  }
}

/** An argument or a flag that is a whole number. Throws code `usage`. */
export function aNumber(name: string, text: string, max = Number.MAX_SAFE_INTEGER): number {
  const value = decimalOf(text, 0, max);
  if (value < 0) throw fail('usage', `${name} expected a whole number, got ${text}`);
  return value;
}

/** Rows as aligned columns under their names. */
export function columns(names: readonly string[], rows: (string | number | boolean | null)[][]): string[] {
  const table = [names, ...rows.map((row) => row.map((cell) => (cell === null ? '-' : String(cell))))];
  const widths = names.map((_, i) => Math.max(...table.map((row) => row[i].length)));
  return table.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  );
}

/** A page, or with --all every row: `page` gets the cursor, `cursorOf` reads the next one from the last row. */
export async function pages<T>(
  input: CommandInput,
  limit: number,
  page: (query: { cursor?: string; limit: string }) => Promise<T[]>,
  cursorOf: (row: T) => number,
): Promise<T[]> {
  const rows: T[] = [];
  let cursor = input.values.cursor;
  for (;;) {
    const found = await page({ limit: String(limit), ...(cursor !== undefined && { cursor }) });
    rows.push(...found);
    if (!input.switches.all || found.length < limit) return rows;
    cursor = String(cursorOf(found[found.length - 1]));
  }
}

/** Flags of actions that list. */
export const PAGE_FLAGS: Record<string, Flag> = {
  limit: { value: 'N', help: 'rows of a page' },
  cursor: { value: 'N', help: 'goes on after the row of this number' },
  all: { help: 'every page' },
};

/** Said after a page that may not be the last one. */
export function moreLine<T>(input: CommandInput, rows: T[], limit: number, cursorOf: (row: T) => number): string[] {
  if (input.switches.all || rows.length < limit) return [];
  return [`there may be more: --cursor ${cursorOf(rows[rows.length - 1])}, or --all`];
}
