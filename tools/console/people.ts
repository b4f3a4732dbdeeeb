// Asking the person at the terminal: plain questions, secrets that are not shown, a yes. Without a terminal the answers
// are the lines of standard input, so a script can give them.
import { fail } from '../../protocol/errors';
import { CTRL_C } from '../flash/prompt/packets';

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

const BACKSPACES = [8, 127];

class TerminalPeople implements People {
  private text = '';
  private isEnded = false;
  private waiting: { resolve(line: string): void; reject(error: Error): void; isSecret: boolean } | undefined;
  private readonly isTty = this.input.isTTY === true && typeof this.input.setRawMode === 'function';

  constructor(
    private readonly input: Input = process.stdin,
    private readonly output: { write(text: string): unknown } = process.stdout,
  ) {}

  private give(): void {
    if (!this.waiting) return;
    const at = this.text.search(/[\r\n]/);
    if (at >= 0) {
      const line = this.text.slice(0, at);
      this.text = this.text.slice(at + (this.text.startsWith('\r\n', at) ? 2 : 1));
      const { resolve, isSecret } = this.waiting;
      this.release();
      if (this.isTty) this.output.write('\n');
      else if (!isSecret) this.output.write(`${line}\n`);
      else this.output.write('\n');
      resolve(line);
    } else if (this.isEnded) {
      const { reject } = this.waiting;
      this.release();
      reject(fail('no-answer', 'the input ended before the question was answered: nothing more was done'));
    }
  }

  private readonly onData = (bytes: Buffer): void => {
    for (const byte of bytes) {
      if (!this.isTty) this.text += String.fromCharCode(byte);
      else if (byte === CTRL_C) {
        this.isEnded = true;
      } else if (BACKSPACES.includes(byte)) {
        if (this.text.length > 0 && this.waiting && !this.waiting.isSecret) this.output.write('\b \b');
        this.text = this.text.slice(0, -1);
      } else {
        this.text += String.fromCharCode(byte);
        if (this.waiting && !this.waiting.isSecret && byte >= 32) this.output.write(String.fromCharCode(byte));
      }
    }
    this.give();
  };

  private readonly onEnd = (): void => {
    this.isEnded = true;
    this.give();
  };

  /** The input is listened to only while a question is open: between them it belongs to others. */
  private release(): void {
    this.waiting = undefined;
    this.input.off('data', this.onData);
    this.input.off('end', this.onEnd);
    if (this.isTty) this.input.setRawMode!(false);
    this.input.pause();
  }

  private question(words: string, isSecret: boolean): Promise<string> {
    this.output.write(`${words} `);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject, isSecret };
      if (this.isTty) this.input.setRawMode!(true);
      this.input.on('data', this.onData);
      this.input.on('end', this.onEnd);
      this.input.resume();
      this.give();
    });
  }

  close(): void {
    this.release();
  }

  say(words: string) {
    this.output.write(`${words}\n`);
  }

  ask(words: string) {
    return this.question(words, false);
  }

  askSecret(words: string) {
    return this.question(words, true);
  }

  async confirm(words: string) {
    for (;;) {
      const answer = (await this.question(`${words} (yes or no)`, false)).trim().toLowerCase();
      if (answer === 'yes' || answer === 'no') return answer === 'yes';
      this.output.write('please answer yes or no\n');
    }
  }
}

/** People at a terminal; tests give their own streams. */
export function createPeople(
  input: Input = process.stdin,
  output: { write(text: string): unknown } = process.stdout,
): People {
  return new TerminalPeople(input, output);
}
