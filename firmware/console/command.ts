/**
 * What a console command declares: its words, what it needs, its questions, its output lines, its errors. The
 * declaration stands in the command's file beside its handler; `npm run generate` makes from all of them the dispatcher
 * with its checks, the board's `help`, docs/console.md and the host's table of lines (host/operator/board-commands.ts).
 * The images hold none of it: no code of the device reads a declaration.
 *
 * A file's name is the command: account-add.ts is `account add`, its declaration ACCOUNT_ADD, its handler
 * runAccountAdd.
 */

/**
 * What is checked before a command acts. The dispatcher checks `unlocked` before the handler, HSM-Hot's also `journal`
 * and `no-fault`; `pin`: the handler asks by needs.ts when its words are right; `pin-if-any`: where there is one to
 * check.
 */
export type Need = 'unlocked' | 'pin' | 'pin-if-any' | 'journal' | 'no-fault';

/**
 * The form of an output line: words and fields as `<name:kind>`, optional parts in brackets. Kinds: `whole` (decimal,
 * not negative), `number` (decimal), `word` (no space), `hex`, `rest` (to the end of the line, may be empty), or words
 * with `|` between them. Names carry the unit.
 */
export type LineForm = string;

export interface CommandDeclaration {
  /** As `help` shows it: optional words in brackets. */
  usage: string;
  /** Place in `help`, a number that no other command of the board has. `help` alone has none: it is not shown. */
  order?: number;
  /** What it does, for people. */
  summary: string;
  /** Words after the name, with their type and limits. */
  words?: { [word: string]: string };
  needs?: Need[];
  /** HSM-Cold: also on a board with a fault. */
  isForFaulty?: boolean;
  /** Questions, without `? `, and what answers them; PIN of `needs` is not repeated. */
  asks?: { [question: string]: string };
  /** Declared once for several commands; its lines and errors come before the command's own. */
  shares?: Pick<CommandDeclaration, 'lines' | 'errors'>;
  /** Output lines before `ok`: name → form and meaning. */
  lines?: { [name: string]: [form: LineForm, meaning: string] };
  /** Troubles that its lines may name: name → what it is and what to do about it, a colon between. */
  troubles?: { [name: string]: string };
  /** Errors of its own: code → when. Those of `needs`, and of what it decodes, are not repeated. */
  errors?: { [code: string]: string };
}
