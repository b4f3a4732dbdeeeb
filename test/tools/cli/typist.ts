// `chaincloud` as a process with a person at its keyboard: what it prints is read, its questions are answered as they
// come.
import { spawn } from 'node:child_process';
import * as path from 'node:path';

const MAIN = path.join(__dirname, '..', '..', '..', 'tools', 'cli', 'main.js');
const START = `require(${JSON.stringify(MAIN)}).main(process.argv.slice(1))`;

export interface Done {
  code: number | null;
  out: string;
  err: string;
}

/** A question's end, and what is typed: a text, or a function of the question's match. */
export type Answers = [RegExp, string | ((match: RegExpExecArray) => string)][];

/**
 * Runs `chaincloud` with `args`. onOut: sees what it prints, before questions are answered. Ended by force after
 * `limitMs`, or when it asks what has no answer.
 */
export function chaincloud(
  args: string[],
  options: {
    answers?: Answers;
    onOut?: (text: string) => void;
    limitMs?: number;
    env?: { [name: string]: string };
  } = {},
): Promise<Done> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['-e', START, '--', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    });
    let out = '';
    let err = '';
    let asked = 0;
    const timer = setTimeout(() => child.kill('SIGKILL'), options.limitMs ?? 120_000);
    const read = (): void => {
      const rest = (out + err).slice(asked);
      for (const [pattern, answer] of options.answers ?? []) {
        const match = pattern.exec(rest);
        if (!match || match.index + match[0].length !== rest.length) continue;
        asked = (out + err).length;
        child.stdin.write(`${typeof answer === 'string' ? answer : answer(match)}\n`);
        return;
      }
    };
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (bytes: Buffer) => {
      out += bytes.toString();
      options.onOut?.(out);
      read();
    });
    child.stderr.on('data', (bytes: Buffer) => void (err += bytes.toString()));
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, out, err });
    });
  });
}
