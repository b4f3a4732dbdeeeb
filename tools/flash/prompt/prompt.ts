// The prompt of an Espruino: gets to it out of whatever the board is doing, asks what the board is, evaluates
// expressions by EVAL packets and repeats them through a bad line. Leaves to others: what is to be evaluated.
import { fail } from '../../../protocol/errors';
import type { BytePort } from '../../../host/kit/byte-port';
import type { Runtime } from '../../../host/kit/runtime';
import { createLine, type Line } from './line';
import { evalPacket, scanReply } from './packets';

/** Time for the answer to a key press. */
const KEY_MS = 400;
/** An interpreter on a PC at an empty line: the next Ctrl-C within 5 s would end it. */
const IS_PC_PROMPT = /Press Ctrl-C again to exit/;
/** Two keys that change nothing. */
const SPACE_AND_BACK = ' \x08';
/** Time for a packet's answer: the board itself gives a half-received packet up after 5 s at the latest. */
const REPLY_MS = 6000;
const RESYNC_TRIES = 6;
/** The first version whose packet transfer this uses. */
const FIRST_VERSION = [2, 25];

export interface Prompt {
  line: Line;
  /** As ENQ answered, e.g. `2v29` and `ESP32`. */
  version: string;
  board: string;
  /**
   * Evaluates `expression` and answers its value. Repeats it up to `tries` times when the line spoils it, so it must be
   * one that may run twice. Throws `board-error` with the board's own words, `board-silent`, `port-gone`.
   */
  eval(expression: string, options?: { tries?: number; timeoutMs?: number }): Promise<unknown>;
}

/** JSON or Espruino's liberal JSON (`{a:1}`) as a value. */
export function parseValue(text: string): unknown {
  if (text === 'undefined' || text === '') return undefined;
  try {
    return JSON.parse(text.replace(/([{,])([A-Za-z_]\w*):/g, '$1"$2":'));
  } catch {
    return text;
  }
}

/** The interpreter on a PC says that it ends. */
const HAS_ENDED = /ASSERT.*FAILED|EXITING\.\r?\n$/s;

/** Why the board at the other end is not at a prompt, from what it sent. */
function whyNoPrompt(seen: string): Error {
  if (HAS_ENDED.test(seen))
    return fail(
      'board-ended',
      'the interpreter on the PC ended: start it again and run this again, it goes on where it stopped',
    );
  if (/password>/.test(seen))
    return fail(
      'board-password',
      'the board asks for its console password: log in with a terminal, or erase the board and flash it anew (--erase)',
    );
  if (/rst:0x|ets [A-Z][a-z]{2} |boot:0x|waiting for download|invalid header/i.test(seen) && !/espruino/i.test(seen)) {
    return fail(
      'no-firmware',
      'the ESP32 has no Espruino (or does not start it): flash the base firmware first, "chaincloud flash --base DIR"',
    );
  }
  if (seen.length === 0)
    return fail(
      'board-silent',
      'nothing answers on this port: check cable, power and baud rate, or restart the board while this runs',
    );
  if (/[^\x00-\x7f]{4}/.test(seen))
    return fail('not-espruino', 'the line carries no readable text: this is another baud rate or another device');
  return fail(
    'not-espruino',
    'what answers on this port is no Espruino prompt: a board that runs an HSM image gives it after ' +
      '"service" at its console',
  );
}

function versionOf(text: string): number[] {
  const match = /^(\d+)v(\d+)/.exec(text);
  return match ? [Number(match[1]), Number(match[2])] : [0, 0];
}

/** One ENQ; answers `Espruino 2v29 ESP32` split, or undefined. A build that lost its name has an empty one. */
async function askWho(line: Line): Promise<{ version: string; board: string } | undefined> {
  line.clear();
  line.send('\x05');
  return line.until((seen) => {
    const match = /Espruino (\S+) (\S*)\r?\n/.exec(seen);
    return match ? { version: match[1], board: match[2] } : undefined;
  }, KEY_MS);
}

interface Who {
  version: string;
  board: string;
}

/**
 * Asks who is there; failing that breaks running code with Ctrl-C, lets a half-received packet time out, and asks
 * again. Throws why there is no prompt.
 */
async function reachPrompt(line: Line, tries: number): Promise<Who> {
  let who = await askWho(line);
  let heard = line.seen();
  for (let i = 0; i < tries && !who; i++) {
    line.drop();
    if (!IS_PC_PROMPT.test(heard)) line.send('\x03');
    await line.pause(KEY_MS * (1 + i));
    heard += line.seen();
    line.clear();
    line.send(SPACE_AND_BACK);
    await line.pause(KEY_MS / 4);
    who = await askWho(line);
    heard += line.seen();
    if (who && /debug>[^>]*$/.test(heard)) who = undefined;
    if (!who && /(^|\n)>/.test(heard) && i === tries - 1)
      throw fail('espruino-old', 'this Espruino is too old to say what it is: flash a base firmware of 2v25 or later');
  }
  if (!who) throw whyNoPrompt(heard);
  return who;
}

/** Throws `espruino-old` below FIRST_VERSION. */
function requireVersion(version: string): void {
  const [major, minor] = versionOf(version);
  if (major < FIRST_VERSION[0] || (major === FIRST_VERSION[0] && minor < FIRST_VERSION[1])) {
    throw fail(
      'espruino-old',
      `the board runs Espruino ${version}: it needs 2v25 or later, flash a newer base firmware`,
    );
  }
}

/** Back to an empty input line after something went wrong; half a packet takes the board 5 s to forget. */
async function resync(line: Line): Promise<void> {
  line.drop();
  for (let i = 0; i < RESYNC_TRIES; i++) {
    const heard = line.seen();
    if (await askWho(line)) return;
    if (i % 2 === 0 && !IS_PC_PROMPT.test(heard + line.seen())) line.send('\x03');
    await line.pause(KEY_MS * (1 + i));
    line.send(SPACE_AND_BACK);
    await line.pause(KEY_MS / 4);
  }
  throw whyNoPrompt(line.seen());
}

/** What an uncaught error says, without the packet around it. */
const complaintOf = (reply: string): string =>
  reply
    .split('\n')[0]
    .replace(/^.*Uncaught /, '')
    .slice(0, 200);

/** Evaluates by packets, as Prompt.eval says. */
async function evaluate(line: Line, expression: string, times: number, timeoutMs: number): Promise<unknown> {
  const packet = evalPacket(expression);
  let complaint: string | undefined;
  for (let i = 0; i < times; i++) {
    line.clear();
    line.send(packet);
    const reply = await line.until(scanReply, timeoutMs);
    if (reply?.kind === 'value') return parseValue(reply.text);
    if (HAS_ENDED.test(line.seen())) throw whyNoPrompt(line.seen());
    if (reply?.kind === 'nak' && /Uncaught/.test(reply.text)) {
      // The line may have spoilt the expression: only the same words twice are the board's own.
      const words = complaintOf(reply.text);
      if (words === complaint) throw fail('board-error', words);
      complaint = words;
    }
    await resync(line);
  }
  if (complaint) throw fail('board-error', complaint);
  throw fail(
    'board-silent',
    'the board does not answer packets: the line loses bytes, try a lower --baud or another cable',
  );
}

/**
 * Finds the prompt. Throws `board-silent`, `no-firmware`, `not-espruino`, `board-password`, `espruino-old`,
 * `port-gone`.
 */
export async function findPrompt(
  port: BytePort,
  runtime: Runtime,
  options: { baud?: number; tries?: number } = {},
): Promise<Prompt> {
  const line = createLine(port, runtime, options.baud);
  const { version, board } = await reachPrompt(line, options.tries ?? 5);
  requireVersion(version);
  return {
    line,
    version,
    board,
    eval: (expression, { tries = 4, timeoutMs = REPLY_MS } = {}) => evaluate(line, expression, tries, timeoutMs),
  };
}
