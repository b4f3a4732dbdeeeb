// What can be typed at `chaincloud console`: the board's own commands as they are declared (host/operator), diagnostics
// that put the board's lines into one picture with a verdict, and the tool's own words. session.ts runs them.
import { COLD_COMMANDS } from '../../host/operator';

export interface ConsoleCommand {
  name: string;
  usage: string;
  help: string;
  /** Board commands that the word stands for; left out: it is the board's own. */
  runs?: string[];
  /** Lines of the answer that belong to it. */
  picks?: RegExp;
}

/** Words that lead to secrets on the screen have a tool of their own. */
export const REFUSED: { [name: string]: string } = {
  provision: 'use "chaincloud provision": it hides what is secret',
  restore: 'use "chaincloud restore": it hides what is secret',
};

/** Board commands that end with a verdict on their lines. */
const DIAGNOSES: { [name: string]: string[] } = {
  status: ['status'],
  modem: ['modem'],
  memory: ['memory'],
  flash: ['flash'],
  selftest: ['selftest', 'noise'],
  bench: ['bench'],
};

/** The tool's own words. */
const OWN: ConsoleCommand[] = [
  {
    name: 'clock',
    usage: 'clock',
    help: "the board's time against this machine's",
    runs: ['status'],
    picks: /^(time|uptime) /,
  },
  { name: 'link', usage: 'link', help: 'the line to the other board', runs: ['status'], picks: /^(link|state) / },
  { name: 'audit', usage: 'audit [from]', help: 'the audit log, its chain of hashes checked' },
  { name: 'help', usage: 'help [word]', help: 'this list' },
  { name: 'level', usage: 'level error|warn|info|debug', help: 'how much is shown' },
  { name: 'quit', usage: 'quit', help: 'leaves the console; the board is not touched' },
];

/** Typed by programs: what no person writes. */
const isForPrograms = (usage: string): boolean => /<(base64|hex)>/.test(usage);

/** The board's commands that people type, those aside that are refused here or that the tool answers itself. */
function boardCommands(): ConsoleCommand[] {
  return Object.entries(COLD_COMMANDS)
    .filter(([name, { usage }]) => REFUSED[name] === undefined && !isForPrograms(usage))
    .filter(([name]) => !OWN.some((own) => own.name === name))
    .map(([name, { usage, summary, needs }]) => ({
      name,
      usage,
      help: (needs as readonly string[]).includes('pin') ? `${summary} (asks for the PIN)` : summary,
      ...(DIAGNOSES[name] ? { runs: DIAGNOSES[name] } : {}),
    }));
}

export const COMMANDS: ConsoleCommand[] = [...boardCommands(), ...OWN];

/** Second words of a first one: `account` has add, allow, change, list, show. */
function secondWords(first: string): string[] {
  const words = COMMANDS.map(({ name }) => name.split(' ')).filter(([word, second]) => word === first && second);
  return words.map(([, second]) => second);
}

/** Words that begin like the last word of `line`, and that word: what readline's completer returns. */
export function complete(line: string): [string[], string] {
  const words = line.split(' ');
  const last = words.pop()!;
  const firstWords = [...new Set(COMMANDS.map(({ name }) => name.split(' ')[0]))];
  const choices =
    words.length === 0 || words[0] === 'help'
      ? firstWords
      : words[0] === 'level'
        ? ['error', 'warn', 'info', 'debug']
        : words.length === 1
          ? secondWords(words[0])
          : [];
  const fitting = choices.filter((word) => word.startsWith(last));
  return [fitting.length ? fitting : choices, last];
}

/** The list of commands, or those that begin with a word. */
export function helpText(word?: string): string[] {
  const found = COMMANDS.filter(({ name }) => word === undefined || name === word || name.split(' ')[0] === word);
  if (found.length === 0) return [`no command is called "${word}"`];
  const width = Math.min(32, Math.max(...found.map(({ usage }) => usage.length)));
  return found.map(({ usage, help }) => `${usage.padEnd(width)} ${help}`);
}
