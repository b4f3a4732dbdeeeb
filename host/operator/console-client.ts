// The console of a board as a program uses it: a command goes out, its lines come back, questions are answered as they
// come. Driven by the port's data alone, no timers, so it runs the same on a real line and under virtual time. The line
// protocol is firmware/console/terminal.ts's: the last line of an answer is `ok` or `error <code> <text>`; a question
// ends with "? ".
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
   * code, or `console-closed`.
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

/** onLine sees every line and question that the board shows: the words of the backup among them. */
export function createConsoleClient(options: { port: BytePort; onLine?: (line: string) => void }): ConsoleClient {
  const { port, onLine } = options;
  let text = '';
  let running: Running | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  const listeners: Array<(line: string) => void> = [];

  function send(line: string): void {
    port.write(new Uint8Array(Buffer.from(`${line}\n`, 'latin1')));
  }

  function end(error?: Error): void {
    const it = running;
    running = undefined;
    if (!it) return;
    if (it.stopped) it.reject(it.stopped);
    else if (error) it.reject(error);
    else it.resolve(it.lines);
  }

  function takeLine(line: string): void {
    onLine?.(line);
    if (!running) return listeners.forEach((listener) => listener(line));
    if (line === 'ok') return end();
    const refused = /^error (\S+) ?(.*)$/.exec(line);
    if (refused) return end(fail(refused[1] as ErrorCode, refused[2]));
    running.lines.push(line);
    running.onLine?.(line);
  }

  function takeQuestion(question: string): void {
    onLine?.(`${question}?`);
    const asked = running;
    if (asked?.line === CANCEL_LINE) return;
    const stop = (error: Error): void => {
      if (!asked || running !== asked) return;
      asked.stopped ??= error;
      asked.stopTries = (asked.stopTries ?? 0) + 1;
      if (asked.stopTries > STOP_TRIES) end();
      else send(CANCEL_LINE);
    };
    const take = (answer: string | undefined): void => {
      if (running !== asked) return;
      if (answer !== undefined) return send(answer);
      stop(fail('operator-question', `the board asks "${question}" and there is no answer for it`));
    };
    if (asked?.stopped) return stop(asked.stopped);
    const given = asked?.answer?.(question);
    if (given instanceof Promise) given.then(take, stop);
    else take(given);
  }

  port.onData((bytes) => {
    text += Buffer.from(bytes).toString('latin1');
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n')) {
      const line = text.slice(0, at).replace(/\r$/, '');
      text = text.slice(at + 1);
      if (line !== '') takeLine(line);
    }
    if (running && text.endsWith('? ')) {
      const question = text.slice(0, -2);
      text = '';
      takeQuestion(question);
    }
  });
  port.onClose(() => {
    isClosed = true;
    end(fail('console-closed', 'the console line was closed'));
  });

  function run(line: string, answer?: Answerer, onEach?: (line: string) => void): Promise<string[]> {
    const next = queue.then(
      () =>
        new Promise<string[]>((resolve, reject) => {
          if (isClosed) return reject(fail('console-closed', 'the console line is closed'));
          running = { line, lines: [], answer, onLine: onEach, resolve, reject };
          send(line);
        }),
    );
    queue = next.catch(() => undefined);
    return next;
  }

  return {
    run,
    cancel: () =>
      run(CANCEL_LINE).then(
        () => undefined,
        (error: { code?: string }) => {
          if (error.code !== 'line-long') throw error;
        },
      ),
    onNews: (listener) => void listeners.push(listener),
    close() {
      isClosed = true;
      end(fail('console-closed', 'the console was left'));
      port.close();
    },
  };
}
