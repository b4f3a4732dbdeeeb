// Writes flash through the loader in the ESP32's ROM: for a board that has no Espruino yet, or to replace everything.
// Speaks the ROM's protocol itself over the same BytePort and clock as all the other tools: no stub is loaded, data go
// deflated, and every part is read back by its MD5. Leaves to others: what is written (rom-plan.ts).
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { fail } from '../../../protocol/errors';
import { realRuntime, type Runtime } from '../../../host/kit/runtime';
import { openPort, type OpenPort } from '../../serial/open';
import {
  WRITE_BLOCK_BYTES,
  blockChecksum,
  CHIP_REG,
  decodeAnswer,
  encodeRequest,
  ESP32_MAGIC,
  OP,
  slipDecoder,
  words,
  type RomAnswer,
} from './rom-protocol';
import type { RomPart } from './rom-plan';

const SYNC_TRIES = 12;
const SYNC_MS = 150;
const ROM_ANSWER_MS = 3000;
const ERASE_MS_PER_MB = 40_000;
const BLOCK_TRIES = 3;
const SYNC_DATA = new Uint8Array([0x07, 0x07, 0x12, 0x20, ...new Array<number>(32).fill(0x55)]);
const CHIP_BYTES = 4 * 1024 * 1024;

export interface RomOptions {
  path: string;
  parts: RomPart[];
  /** Opens `path`; tests give a wire's end. */
  open?: (path: string) => Promise<OpenPort>;
  runtime?: Runtime;
  onProgress?: (part: string, doneBytes: number, totalBytes: number) => void;
}

/** One request at a time to the ROM. */
interface Rom {
  ask(op: number, data: Uint8Array, options?: { checksum?: number; timeoutMs?: number }): Promise<RomAnswer>;
}

function romOn(port: OpenPort, runtime: Runtime): Rom {
  let take: ((answer: RomAnswer) => void) | undefined;
  let gone: Error | undefined;
  let onGone: (() => void) | undefined;
  const decode = slipDecoder((frame) => {
    const answer = decodeAnswer(frame);
    if (answer) take?.(answer);
  });
  port.onData(decode);
  port.onClose(() => {
    gone = fail(
      'port-gone',
      `${port.name} is gone: the cable was pulled; run this again, the ROM loader is always there`,
    );
    onGone?.();
  });
  return {
    ask(op, data, { checksum = 0, timeoutMs = ROM_ANSWER_MS } = {}) {
      return new Promise((resolve, reject) => {
        const end = (act: () => void): void => {
          take = onGone = undefined;
          timer.cancel();
          act();
        };
        const timer = runtime.after(timeoutMs, () =>
          end(() =>
            reject(
              fail('rom-silent', 'the ROM loader does not answer: hold BOOT while pressing EN, then run this again'),
            ),
          ),
        );
        take = (answer) => {
          if (answer.op !== op) return;
          if (answer.error && op !== OP.sync)
            end(() =>
              reject(
                fail(
                  'rom-refused',
                  `the ROM loader refuses command 0x${op.toString(16)} with error 0x${answer.error.toString(16)}`,
                ),
              ),
            );
          else end(() => resolve(answer));
        };
        onGone = () => end(() => reject(gone!));
        if (gone) onGone();
        else port.write(encodeRequest(op, data, checksum));
      });
    },
  };
}

async function connect(rom: Rom): Promise<void> {
  for (let i = 0; ; i++) {
    try {
      await rom.ask(OP.sync, SYNC_DATA, { timeoutMs: SYNC_MS });
      break;
    } catch (error) {
      if ((error as { code?: string }).code !== 'rom-silent' || i === SYNC_TRIES) throw error;
    }
  }
  const { value } = await rom.ask(OP.readReg, words(CHIP_REG));
  if (value !== ESP32_MAGIC)
    throw fail(
      'wrong-board',
      `the chip is no classic ESP32 (it says 0x${value.toString(16)}): this image does not fit it`,
    );
  await rom.ask(OP.spiAttach, words(0, 0));
  await rom.ask(OP.spiSetParams, words(0, CHIP_BYTES, 0x10000, 0x1000, 0x100, 0xffff));
}

async function writePart(rom: Rom, part: RomPart, onProgress: RomOptions['onProgress']): Promise<void> {
  const packed = new Uint8Array(deflateSync(part.data, { level: 9 }));
  const blockCount = Math.ceil(packed.length / WRITE_BLOCK_BYTES);
  const eraseBytes = Math.ceil(part.data.length / WRITE_BLOCK_BYTES) * WRITE_BLOCK_BYTES;
  const eraseMs = ROM_ANSWER_MS + (eraseBytes / 1_000_000) * ERASE_MS_PER_MB;
  await rom.ask(OP.deflBegin, words(eraseBytes, blockCount, WRITE_BLOCK_BYTES, part.address), { timeoutMs: eraseMs });
  for (let block = 0; block < blockCount; block++) {
    const data = packed.subarray(block * WRITE_BLOCK_BYTES, (block + 1) * WRITE_BLOCK_BYTES);
    const request = new Uint8Array(Buffer.concat([words(data.length, block, 0, 0), data]));
    for (let tries = 1; ; tries++) {
      try {
        await rom.ask(OP.deflData, request, { checksum: blockChecksum(data), timeoutMs: ROM_ANSWER_MS * 2 });
        break;
      } catch (error) {
        // The ROM refuses a block whose checksum is wrong before it uses it; anything else is final.
        if ((error as { code?: string }).code !== 'rom-refused' || tries === BLOCK_TRIES) throw error;
      }
    }
    onProgress?.(part.name, block + 1, blockCount);
  }
}

async function verifyPart(rom: Rom, part: RomPart): Promise<void> {
  const { data } = await rom.ask(OP.flashMd5, words(part.address, part.data.length, 0, 0), {
    timeoutMs: ROM_ANSWER_MS + (part.data.length / 1_000_000) * 8000,
  });
  const read = Buffer.from(data).toString('latin1').slice(0, 32).toLowerCase();
  if (read !== createHash('md5').update(part.data).digest('hex'))
    throw fail('verify-failed', `${part.name} reads back wrong: run this again; if it stays so the flash is worn`);
}

/**
 * Writes and verifies all parts, then restarts the board. Throws `rom-silent`, `rom-refused`, `wrong-board`,
 * `verify-failed`, `port-gone` and what opening a port throws. May be run again at any time: the ROM cannot be lost.
 */
export async function romFlash(options: RomOptions): Promise<{ chip: string }> {
  const runtime = options.runtime ?? realRuntime();
  const port = await (options.open ?? openPort)(options.path);
  try {
    await port.enterLoader?.();
    const rom = romOn(port, runtime);
    await connect(rom);
    for (const part of options.parts) await writePart(rom, part, options.onProgress);
    for (const part of options.parts) await verifyPart(rom, part);
    await port.resetBoard?.();
    return { chip: 'ESP32' };
  } finally {
    port.close();
  }
}
