// One upload onto a model board, interrupted on purpose: the power goes inside a flash write, or the cable is pulled at
// some byte. Then the board starts again and says what it boots. The law: the old image or the new one, every time.
import { createVirtualRuntime, type VirtualRuntime } from '../../../host/sim/clock/virtual-runtime';
import { createFlash, type SimFlash } from '../../../host/sim/board/flash';
import type { PortModeName, Radio } from '../../../host/sim/board/types';
import { BAUD_DEFAULT, wire } from '../../../host/sim/board/wire';
import { boardNamed } from '../boards';
import { makeImage, type DeviceImage } from '../storage/image';
import type { SpeedPort } from '../lines/burst';
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
  /** Another bench's clock, for two boards on one. */
  runtime?: VirtualRuntime;
  baud?: number;
  flash?: SimFlash;
  lossRate?: number;
  xoffAfterBytes?: number;
  isEraseDead?: boolean;
  /** Radios that are on. */
  radios?: Radio[];
  modes?: readonly PortModeName[];
  version?: string;
  /** The variables lie in external memory. */
  isExternal?: boolean;
  /** Name of the build; empty: it has lost it. Default ESP32. */
  espruinoBoard?: string;
  settings?: Uint8Array;
  hostBaud?: () => number;
  tables?: { [name: string]: Uint8Array };
  chunkBytes?: number;
  /** Makes what hangs on the board's other serial ports, on the bench's clock. */
  serials?: (runtime: VirtualRuntime) => { [name: string]: SpeedPort };
}

class ModelBench implements Bench {
  readonly runtime =
    this.options.runtime ?? createVirtualRuntime({ seed: this.options.seed, startMs: 0, pace: 'fast' });
  private readonly area = boardNamed('esp32-sim800l').storage;
  readonly flash =
    this.options.flash ?? createFlash({ pageBytes: this.area.pageBytes, pageCount: this.area.pageCount });
  private readonly baud = this.options.baud ?? BAUD_DEFAULT;
  readonly board = createModelBoard({
    runtime: this.runtime,
    espruinoBoard: this.options.espruinoBoard ?? 'ESP32',
    area: this.area,
    flash: this.flash,
    chance: () => this.runtime.random(4).reduce((value, byte) => value * 256 + byte, 0) / 2 ** 32,
    ...(this.options.lossRate ? { lossRate: this.options.lossRate } : {}),
    ...(this.options.xoffAfterBytes ? { xoffAfterBytes: this.options.xoffAfterBytes } : {}),
    ...(this.options.isEraseDead ? { isEraseDead: true } : {}),
    ...(this.options.radios ? { radios: this.options.radios } : {}),
    ...(this.options.modes ? { modes: this.options.modes } : {}),
    ...(this.options.version ? { version: this.options.version } : {}),
    ...(this.options.isExternal ? { isExternal: true } : {}),
    ...(this.options.settings ? { settings: this.options.settings } : {}),
    ...(this.options.hostBaud ? { hostBaud: this.options.hostBaud } : {}),
    ...(this.options.serials ? { serials: this.options.serials(this.runtime) } : {}),
  });

  constructor(private readonly options: BenchOptions) {
    this.board.powerOn();
  }

  /** Does `work` at the prompt over a fresh line. */
  async atPrompt(work: (prompt: Prompt) => Promise<unknown>, pullAfterBytes = Infinity): Promise<string> {
    const [hostEnd, boardEnd] = wire(this.runtime, { baud: this.baud });
    this.board.plug(boardEnd);
    let left = pullAfterBytes;
    const write = hostEnd.write.bind(hostEnd);
    hostEnd.write = (bytes) => {
      if (left <= 0) return;
      write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left > 0) return;
      this.runtime.after(50, () => {
        this.board.unplug();
        hostEnd.close();
      });
    };
    const done = findPrompt(hostEnd, this.runtime, { baud: this.baud })
      .then(work)
      .then(
        () => 'done',
        (error: { code?: string; message: string }) => error.code ?? error.message,
      );
    const result = await this.runtime.runWhile(done, 'the upload');
    this.board.unplug();
    hostEnd.close();
    return result;
  }

  upload(image: DeviceImage, pullAfterBytes: number | undefined) {
    return this.atPrompt(
      (prompt) =>
        uploadImage(prompt, image, {
          ...(this.options.tables ? { tables: this.options.tables } : {}),
          ...(this.options.chunkBytes ? { chunkBytes: this.options.chunkBytes } : {}),
        }),
      pullAfterBytes,
    );
  }

  booted() {
    return this.board.global('IMAGE');
  }
}

export function createBench(options: BenchOptions): Bench {
  return new ModelBench(options);
}
