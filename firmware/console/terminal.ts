/**
 * The line protocol of a board's console (see protocol/SPEC.md 12): a command is a line; its output is any number of
 * lines, the last one `ok` or `error <code> <text>`. A question ends with "? " and no line end and takes the next line
 * as its answer; an empty answer to a question that needs one is asked again by the command itself. Nothing is ever
 * echoed, so that a PIN or a word of the backup is not shown by the board; a terminal that shows what is typed does so
 * on its own account. Bounded: a line longer than LINE_MAX is dropped whole with `error line-long`.
 */
import type { Guarded } from '../guard';
import type { Uart } from '../hal';
import type { CodedError } from '../../protocol/errors';

export const LINE_MAX = 1200;

export interface Terminal {
  uart: Uart;
  line: string;
  isLong: boolean;
  /** Takes the answer to the question that is open; undefined when none is. */
  answer?: (line: string) => void;
  /** Called when a line too long gives up the command under way: it holds secrets to be overwritten. */
  cancelled?: () => void;
  /** Takes a command when no question is open. */
  command: (line: string, terminal: Terminal) => void;
  /** True from a command's line to its `ok` or `error`: lines that come meanwhile, save answers, are refused. */
  isBusy: boolean;
  /** Whose handlers they are. */
  owner: Guarded;
  /** Has serveLine called later, each line in its turn: nothing runs in the event that brought it (guard.ts). */
  defer: (terminal: Terminal, line: string | undefined) => void;
}

/** A function of its own, since a closure keeps all that its maker knew. */
function listen(terminal: Terminal): void {
  terminal.uart.onData(function (bytes) {
    addBytes(terminal, bytes);
  });
}

/** from: handed over, plain functions of the top level: others would cost memory. */
export function makeTerminal(from: Pick<Terminal, 'uart' | 'command' | 'owner' | 'defer'>): Terminal {
  const terminal: Terminal = {
    uart: from.uart,
    line: '',
    isLong: false,
    command: from.command,
    isBusy: false,
    owner: from.owner,
    defer: from.defer,
  };
  listen(terminal);
  return terminal;
}

/** Writes text of one byte a character. */
export function print(terminal: Terminal, text: string): void {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  terminal.uart.write(bytes);
}

export function printLine(terminal: Terminal, text: string): void {
  print(terminal, text + '\r\n');
}

/** Ends a command. */
export function printOk(terminal: Terminal): void {
  terminal.isBusy = false;
  terminal.answer = undefined;
  printLine(terminal, 'ok');
}

/** Ends a command with a refusal. text says what was expected; never a secret. */
export function printError(terminal: Terminal, code: string, text: string): void {
  terminal.isBusy = false;
  terminal.answer = undefined;
  printLine(terminal, 'error ' + code + ' ' + text);
}

/** Ends a command with what was thrown; an error without a code shows as `internal`. */
export function printThrown(terminal: Terminal, thrown: unknown): void {
  const error = thrown as CodedError | undefined;
  const code = error && error.code ? '' + error.code : 'internal';
  const message = error && error.message ? '' + error.message : '' + error;
  const rest = code.length + 2;
  printError(terminal, code, message.substr(0, rest) === code + ': ' ? message.substr(rest) : message);
}

/** Asks; `answer` gets the next line. */
export function ask(terminal: Terminal, question: string, answer: (line: string) => void): void {
  terminal.answer = answer;
  print(terminal, question + '? ');
}

/**
 * Serves a line, undefined for one that was too long: the answer to the open question, or a command. Within a handler.
 */
export function serveLine(terminal: Terminal, line: string | undefined): void {
  if (line === undefined) {
    if (terminal.cancelled) terminal.cancelled();
    return printError(terminal, 'line-long', 'a line holds at most ' + LINE_MAX + ' characters');
  }
  const answer = terminal.answer;
  try {
    if (answer) {
      terminal.answer = undefined;
      answer(line);
    } else if (line.length) {
      if (terminal.isBusy) return printLine(terminal, 'busy');
      terminal.isBusy = true;
      terminal.command(line, terminal);
    }
  } catch (error) {
    printThrown(terminal, error);
  }
}

function endLine(terminal: Terminal): void {
  const line = terminal.isLong ? undefined : terminal.line;
  terminal.line = '';
  terminal.isLong = false;
  terminal.defer(terminal, line);
}

function addBytes(terminal: Terminal, bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes[i];
    if (code === 10 || code === 13) {
      if (terminal.line.length || terminal.isLong || (terminal.answer && code === 10)) endLine(terminal);
    } else if (terminal.line.length >= LINE_MAX) terminal.isLong = true;
    else if (code >= 32 && code < 127) terminal.line += String.fromCharCode(code);
  }
}
