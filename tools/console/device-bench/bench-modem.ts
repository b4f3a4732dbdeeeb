// A modem that the bench talks to through a board at its prompt. No code.

/** The modem of a board at its prompt. */
export interface BenchModem {
  /** Sends a line, waits for `end` in what comes, and answers all that came; '' when it does not come. */
  ask(line: string, end?: RegExp, limitMs?: number): Promise<string>;
  wait(ms: number): Promise<string>;
  /** Changes the speed of the board's end. */
  setBaud(baud: number): Promise<void>;
  close(): Promise<void>;
}
