// Asking the person at the terminal: plain questions, secrets that are not shown, a yes. Without a terminal the answers
// are the lines of standard input, so a script can give them.
import { fail } from '../../protocol/errors';

export interface People {
  say(text: string): void;
  /** One line, without its end. Throws code `no-answer` when the input has ended. */
  ask(question: string): Promise<string>;
  /** The same, not shown while it is typed. */
  askSecret(question: string): Promise<string>;
  /** True for yes; asks again for anything that is neither. */
  confirm(question: string): Promise<boolean>;
  close(): void;
}

interface Input {
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  off(event: 'data', listener: (bytes: Buffer) => void): unknown;
  off(event: 'end', listener: () => void): unknown;
  isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
}

const CTRL_C = 3;
const BACKSPACES = [8, 127];

/** People at a terminal; tests give their own streams. */
export function createPeople(
  input: Input = process.stdin,
  output: { write(text: string): unknown } = process.stdout,
): People {
  let text = '';
  let isEnded = false;
  let waiting: { resolve(line: string): void; reject(error: Error): void; isSecret: boolean } | undefined;
  const isTty = input.isTTY === true && typeof input.setRawMode === 'function';

  function give(): void {
    if (!waiting) return;
    const at = text.search(/[\r\n]/);
    if (at >= 0) {
      const line = text.slice(0, at);
      text = text.slice(at + (text.startsWith('\r\n', at) ? 2 : 1));
      const { resolve, isSecret } = waiting;
      release();
      if (isTty) output.write('\n');
      else if (!isSecret) output.write(`${line}\n`);
      else output.write('\n');
      resolve(line);
    } else if (isEnded) {
      const { reject } = waiting;
      release();
      reject(fail('no-answer', 'the input ended before the question was answered: nothing more was done'));
    }
  }

  const onData = (bytes: Buffer): void => {
    for (const byte of bytes) {
      if (!isTty) text += String.fromCharCode(byte);
      else if (byte === CTRL_C) {
        isEnded = true;
      } else if (BACKSPACES.includes(byte)) {
        if (text.length > 0 && waiting && !waiting.isSecret) output.write('\b \b');
        text = text.slice(0, -1);
      } else {
        text += String.fromCharCode(byte);
        if (waiting && !waiting.isSecret && byte >= 32) output.write(String.fromCharCode(byte));
      }
    }
    give();
  };
  const onEnd = (): void => {
    isEnded = true;
    give();
  };

  /** The input is listened to only while a question is open: between them it belongs to others. */
  function release(): void {
    waiting = undefined;
    input.off('data', onData);
    input.off('end', onEnd);
    if (isTty) input.setRawMode!(false);
    input.pause();
  }

  function question(words: string, isSecret: boolean): Promise<string> {
    output.write(`${words} `);
    return new Promise((resolve, reject) => {
      waiting = { resolve, reject, isSecret };
      if (isTty) input.setRawMode!(true);
      input.on('data', onData);
      input.on('end', onEnd);
      input.resume();
      give();
    });
  }

  const people: People = {
    say: (words) => void output.write(`${words}\n`),
    ask: (words) => question(words, false),
    askSecret: (words) => question(words, true),
    async confirm(words) {
      for (;;) {
        const answer = (await question(`${words} (yes or no)`, false)).trim().toLowerCase();
        if (answer === 'yes' || answer === 'no') return answer === 'yes';
        output.write('please answer yes or no\n');
      }
    },
    close: release,
  };
  return people;
}
