// Changes on a board through a line that may spoil bytes. A packet has no checksum of its own, so two small functions
// are put on the board first: what they are to do comes with a CRC, and nothing is erased or written unless it is
// right.
import { fail } from '../../../protocol/errors';
import { crc32 } from '../storage/crc32';
import { dataExpression, quote } from './packets';
import type { Prompt } from './prompt';

/** $w(data, address, crc): writes flash. $x(code, crc): evaluates. Both answer "crc" when the line spoilt something. */
const WRITE = 'function (d,a,c) {if(E.CRC32(d+a)!=c)return "crc";require("Flash").write(d,a);return 1;}';
const RUN = 'function (s,c) {return E.CRC32(s)==c?eval(s):"crc";}';
const TRIES = 8;

export interface Remote {
  /**
   * Evaluates an expression that changes something and may run twice. Throws `board-error`, `board-silent`,
   * `port-gone`.
   */
  change(expression: string, timeoutMs?: number): Promise<unknown>;
  /** Writes flash at an absolute address; the cells must be erased or hold these bytes, in part or whole. */
  write(address: number, data: Uint8Array): Promise<void>;
  /** True while the board still has the two functions: it has not restarted. */
  isThere(): Promise<boolean>;
}

const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'latin1'));
const INSTALLED_CRC = crc32(text(WRITE + RUN));

/** Puts the functions on the board. Throws `line-bad` when that does not succeed. */
export async function createRemote(prompt: Prompt): Promise<Remote> {
  const isThere = async (): Promise<boolean> =>
    (await prompt.eval('E.CRC32(""+global.$w+global.$x)')) === INSTALLED_CRC;
  for (let i = 0; !(await isThere()); i++) {
    if (i === TRIES)
      throw fail('line-bad', 'the line to the board spoils what is sent: use a shorter cable or a lower --baud');
    await prompt.eval(`($w=${WRITE},$x=${RUN},1)`);
  }

  async function ask(expression: string, timeoutMs?: number): Promise<unknown> {
    for (let i = 0; i < TRIES; i++) {
      const answer = await prompt.eval(expression, { tries: TRIES, ...(timeoutMs ? { timeoutMs } : {}) });
      if (answer !== 'crc') return answer;
    }
    throw fail('line-bad', 'the line to the board spoils what is sent: use a shorter cable or a lower --baud');
  }

  return {
    isThere,
    change: (expression, timeoutMs) => ask(`$x(${quote(expression)},${crc32(text(expression))})`, timeoutMs),
    async write(address, data) {
      const crc = crc32(new Uint8Array(Buffer.concat([data, text(String(address))])));
      await ask(`$w(${dataExpression(data)},${address},${crc})`);
    },
  };
}
