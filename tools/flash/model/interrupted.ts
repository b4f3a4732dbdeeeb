// One upload onto a model board, interrupted on purpose: the power goes inside a flash write, or the cable is pulled at
// some byte. Then the board starts again and says what it boots. The law: the old image or the new one, every time.
import { createVirtualRuntime, type VirtualRuntime } from '../../../host/sim/clock/virtual-runtime';
import type { BytePort } from '../../../host/kit/byte-port';
import { createFlash, type SimFlash } from '../../../host/sim/board/flash';
import { wire } from '../../../host/sim/board/wire';
import { boardNamed } from '../boards';
import { makeImage, type DeviceImage } from '../storage/image';
import { findPrompt, type Prompt } from '../prompt/prompt';
import { uploadImage } from '../upload';
import { createModelBoard, type ModelBoard } from './board';

/** An image that says which one it is and breaks when a byte of it is wrong: `IMAGE` is set by its last line. */
export function modelImage(
  version: number,
  lenBytes: number,
  board = 'esp32-sim800l',
  role: 'cold' | 'hot' = 'cold',
): DeviceImage {
  let text = `var PART=${version};\n`;
  for (let i = 0; text.length < lenBytes - 40; i++) text += `function f${i}(a){return "${version}"+a*${i}+'\\n';}\n`;
  return makeImage({ board, role, commit: `c${version}` }, new Uint8Array(Buffer.from(`${text}var IMAGE=PART;\n`)));
}

/** A board with its line, its clock and its flash, in one. */
export interface Bench {
  runtime: VirtualRuntime;
  board: ModelBoard;
  flash: SimFlash;
  /**
   * Uploads over a fresh line; answers the error's code, or 'done'. pullAfterBytes: the cable goes after so many bytes.
   */
  upload(image: DeviceImage, pullAfterBytes?: number): Promise<string>;
  /** Does something at the prompt over a fresh line; answers the error's code, or 'done'. */
  atPrompt(work: (prompt: Prompt) => Promise<unknown>): Promise<string>;
  booted(): unknown;
}

export interface BenchOptions {
  seed: string;
  baud?: number;
  flash?: SimFlash;
  lossRate?: number;
  xoffAfterBytes?: number;
  isEraseDead?: boolean;
  tables?: { [name: string]: Uint8Array };
  chunkBytes?: number;
  /** Makes what hangs on the board's other serial ports, on the bench's clock. */
  serials?: (runtime: VirtualRuntime) => { [name: string]: BytePort };
}

export function createBench(options: BenchOptions): Bench {
  const runtime = createVirtualRuntime({ seed: options.seed, startMs: 0, pace: 'fast' });
  const area = boardNamed('esp32-sim800l').storage;
  const flash = options.flash ?? createFlash({ pageBytes: area.pageBytes, pageCount: area.pageCount });
  const baud = options.baud ?? 115200;
  const board = createModelBoard({
    runtime,
    espruinoBoard: 'ESP32',
    area,
    flash,
    chance: () => runtime.random(4).reduce((value, byte) => value * 256 + byte, 0) / 2 ** 32,
    ...(options.lossRate ? { lossRate: options.lossRate } : {}),
    ...(options.xoffAfterBytes ? { xoffAfterBytes: options.xoffAfterBytes } : {}),
    ...(options.isEraseDead ? { isEraseDead: true } : {}),
    ...(options.serials ? { serials: options.serials(runtime) } : {}),
  });
  board.powerOn();

  /** Does `work` at the prompt over a fresh line. */
  async function atPrompt(work: (prompt: Prompt) => Promise<unknown>, pullAfterBytes = Infinity): Promise<string> {
    const [hostEnd, boardEnd] = wire(runtime, { baud });
    board.plug(boardEnd);
    let left = pullAfterBytes;
    const write = hostEnd.write.bind(hostEnd);
    hostEnd.write = (bytes) => {
      if (left <= 0) return;
      write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left > 0) return;
      runtime.after(50, () => {
        board.unplug();
        hostEnd.close();
      });
    };
    const done = findPrompt(hostEnd, runtime, { baud })
      .then(work)
      .then(
        () => 'done',
        (error: { code?: string; message: string }) => error.code ?? error.message,
      );
    const result = await runtime.runWhile(done, 'the upload');
    board.unplug();
    hostEnd.close();
    return result;
  }

  return {
    runtime,
    board,
    flash,
    upload: (image, pullAfterBytes) =>
      atPrompt(
        (prompt) =>
          uploadImage(prompt, image, {
            ...(options.tables ? { tables: options.tables } : {}),
            ...(options.chunkBytes ? { chunkBytes: options.chunkBytes } : {}),
          }),
        pullAfterBytes,
      ),
    atPrompt,
    booted: () => board.global('IMAGE'),
  };
}
