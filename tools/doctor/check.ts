// What a check of `chaincloud doctor` is: it looks at one thing and says what it found and what to do. Checks never
// change anything and never throw: what they cannot look at is `skipped`, with the reason.
import type { PortEntry } from '../serial/list';
import type { BoardView } from './board-view';

export interface Result {
  state: 'ok' | 'warn' | 'fail' | 'skipped';
  /** What was found. */
  text: string;
  /** What to do about it. */
  todo?: string;
}

/** Why there is no board to look at. */
export interface NoBoard {
  error: string;
  code: string;
  /** Whether the user named its port. */
  isNamed?: boolean;
}

/** What checks may look at; tests give their own. */
export interface Patient {
  nodeVersion: string;
  platform: NodeJS.Platform;
  nowMs: number;
  ports(): Promise<PortEntry[]>;
  /** Whether this user may open the device file; the error's code otherwise (`ENOENT`, `EACCES`). */
  access(path: string): string | undefined;
  /** True when a package can be loaded. */
  hasPackage(name: string): boolean;
  /** Images of the build: commit of each, or undefined where there are none. */
  builtCommit(): string | undefined;
  /** The board on the port, when one was named or found; an error's message otherwise. */
  board(): Promise<BoardView | NoBoard>;
  rpc?: { call(method: string, params: unknown[]): Promise<unknown> };
  database?: { place: string; versions(): Promise<{ present: number; known: number }> };
  api?: { url: string; status(): Promise<number> };
}

export interface Check {
  name: string;
  /** `computer`, `board` or `platform`: the heading under which it is listed. */
  group: 'computer' | 'board' | 'platform';
  run(patient: Patient): Promise<Result[]>;
}

export const ok = (text: string): Result => ({ state: 'ok', text });
export const warn = (text: string, todo: string): Result => ({ state: 'warn', text, todo });
export const bad = (text: string, todo: string): Result => ({ state: 'fail', text, todo });
export const skipped = (text: string): Result => ({ state: 'skipped', text });

/** For checks of the board's console: gives its view, or a skip. */
export async function consoleOf(patient: Patient): Promise<(BoardView & { kind: 'console' }) | Result> {
  const view = await patient.board();
  if ('error' in view) return skipped('no board is reached');
  return view.kind === 'console'
    ? (view as BoardView & { kind: 'console' })
    : skipped("the board is at the interpreter's prompt");
}

export function isResult(value: object): value is Result {
  return 'text' in value;
}
