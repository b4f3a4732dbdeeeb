// The console of a board as a program uses it: a command goes out, its lines come back, questions are answered as they
// come. Driven by the port's data alone, no timers, so it runs the same on a real line and under virtual time. The line
// protocol is firmware/console/terminal.ts's: the last line of an answer is `ok` or `error <code> <text>`; a question
// ends with "? ".
import { isSdkText, isStartText } from './sdk-text';
import { fail, type ErrorCode } from '../../protocol/errors';
import type { BytePort } from '../kit/byte-port';

/**
 * Answers a question of the board (its text without "? "), at once or when a person has; undefined stops the command
 * with code `operator-question`, a rejection stops it with that error.
 */
export type Answerer = (question: string) => string | undefined | Promise<string | undefined>;

export interface ConsoleClient {
  /**
   * Runs a command to its end; answers its lines, and gives each to onLine as it comes. Rejects with the board's own
   * code, or `console-closed`, or `board-restarted`. What the chip's own software prints is no line of a command.
   */
  run(line: string, answer?: Answerer, onLine?: (line: string) => void): Promise<string[]>;
  /** Lines that came while no command ran: the board's own news, e.g. that it started. */
  onNews(listener: (line: string) => void): void;
  /** Ends a question that an earlier program left open. Never settles where no board of ours answers. */
  cancel(): Promise<void>;
  close(): void;
}

/**
 * A line longer than the board takes (firmware/console LINE_MAX is 1,200), which ends an open question as `line-long`.
 */
export const CANCEL_LINE = '.'.repeat(1600);
/** How often a stopped command is cancelled before it is given up. */
const STOP_TRIES = 3;

interface Running {
  /** Why the command was stopped here; the board has yet to end it. */
  stopped?: Error;
  stopTries?: number;
  line: string;
  lines: string[];
  answer?: Answerer;
  onLine?: (line: string) => void;
  resolve: (lines: string[]) => void;
  reject: (error: Error) => void;
}

class PortConsoleClient implements ConsoleClient {
  private readonly port = this.options.port;
  private readonly onLine = this.options.onLine;
  private text = '';
  private running: Running | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private isClosed = false;
  private readonly listeners: Array<(line: string) => void> = [];

  constructor(private readonly options: { port: BytePort; onLine?: (line: string) => void }) {
    this.port.onData((bytes) => {
      this.text += Buffer.from(bytes).toString('latin1');
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n')) {
        const line = this.text.slice(0, at).replace(/\r$/, '');
        this.text = this.text.slice(at + 1);
        if (line !== '') this.takeLine(line);
      }
      if (this.running && this.text.endsWith('? ')) {
        const question = this.text.slice(0, -2);
        this.text = '';
        this.takeQuestion(question);
      }
    });
    this.port.onClose(() => {
      this.isClosed = true;
      this.end(fail('console-closed', 'the console line was closed'));
    });
  }

  private send(line: string): void {
    this.port.write(new Uint8Array(Buffer.from(`${line}\n`, 'latin1')));
  }

  private end(error?: Error): void {
    const it = this.running;
    this.running = undefined;
    if (!it) return;
    if (it.stopped) it.reject(it.stopped);
    else if (error) it.reject(error);
    else it.resolve(it.lines);
  }

  private takeLine(line: string): void {
    if (isStartText(line)) this.end(fail('board-restarted', 'the board restarted in the middle: ask it again'));
    if (isSdkText(line)) return this.listeners.forEach((listener) => listener(line));
    this.onLine?.(line);
    if (!this.running) return this.listeners.forEach((listener) => listener(line));
    if (line === 'ok') return this.end();
    const refused = /^error (\S+) ?(.*)$/.exec(line);
    if (refused) return this.end(fail(refused[1] as ErrorCode, refused[2]));
    this.running.lines.push(line);
    this.running.onLine?.(line);
  }

  private takeQuestion(question: string): void {
    this.onLine?.(`${question}?`);
    const asked = this.running;
    if (asked?.line === CANCEL_LINE) return;
    const stop = (error: Error): void => {
      if (!asked || this.running !== asked) return;
      asked.stopped ??= error;
      asked.stopTries = (asked.stopTries ?? 0) + 1;
      if (asked.stopTries > STOP_TRIES) this.end();
      else this.send(CANCEL_LINE);
    };
    const take = (answer: string | undefined): void => {
      if (this.running !== asked) return;
      if (answer !== undefined) return this.send(answer);
      stop(fail('operator-question', `the board asks "${question}" and there is no answer for it`));
    };
    if (asked?.stopped) return stop(asked.stopped);
    const given = asked?.answer?.(question);
    if (given instanceof Promise) given.then(take, stop);
    else take(given);
  }

  run(line: string, answer?: Answerer, onEach?: (line: string) => void): Promise<string[]> {
    const next = this.queue.then(
      () =>
        new Promise<string[]>((resolve, reject) => {
          if (this.isClosed) return reject(fail('console-closed', 'the console line is closed'));
          this.running = { line, lines: [], answer, onLine: onEach, resolve, reject };
          this.send(line);
        }),
    );
    this.queue = next.catch(() => undefined);
    return next;
  }

  cancel() {
    return this.run(CANCEL_LINE).then(
      () => undefined,
      (error: { code?: string }) => {
        if (error.code !== 'line-long') throw error;
      },
    );
  }

  onNews(listener: (line: string) => void) {
    this.listeners.push(listener);
  }

  close() {
    this.isClosed = true;
    this.end(fail('console-closed', 'the console was left'));
    this.port.close();
  }
}

/** onLine sees every line and question that the board shows: the words of the backup among them. */
export function createConsoleClient(options: { port: BytePort; onLine?: (line: string) => void }): ConsoleClient {
  return new PortConsoleClient(options);
}
