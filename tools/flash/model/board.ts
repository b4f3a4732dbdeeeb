// A board with stock Espruino at its prompt, as far as flashing is about it: console keys, packets, Storage and Flash
// on a simulated flash, the boot files at power-on. The loader and every expression of the flash tool run in it as they
// are. For tests and the benchmark of uploads: it can lose bytes, answer late, hold with XOFF and have its power cut
// inside any flash write. What a program on it hears passes through the port of a chip (host/sim/board/port).
import * as vm from 'node:vm';
import type { BytePort } from '../../../host/kit/byte-port';
import type { Runtime } from '../../../host/kit/runtime';
import { ChipPort } from '../../../host/sim/board/port/chip-port';
import { portModes, type PortModeName } from '../../../host/sim/board/port/modes';
import type { Radio } from '../../../host/sim/board/types';
import { createFlash, PowerCut, type SimFlash } from '../../../host/sim/board/flash';
import { variablesOf } from '../../../host/sim/board/port/variables';
import { BOARD as CHIP } from '../../../boards/esp32-sim800l/board';
import { CONSOLE_BAUD } from '../../../boards/espruino/esp32-chip';
import type { SpeedPort } from '../lines/burst';
import { PC_BOARD } from '../prompt/pacemaker';
import {
  ACK,
  CTRL_C,
  DLE,
  ENQ,
  EVAL,
  FILE_DATA,
  FILE_SEND,
  MAX_PACKET_BYTES,
  NAK,
  RESPONSE,
  SOH,
  XOFF,
} from '../prompt/packets';
import type { StorageArea } from '../storage/slots';
import { espruinoGlobals, MODEL_VERSION } from './globals';
import { createSerialModel, TimerModel, type SerialModel } from './serial';
import { createStorageModel, type StorageModel } from './storage';

/** Time that the interpreter needs for a packet of its own. */
const PACKET_MS = 8;
const PACKET_TIMEOUT_MS = 5000;

export interface ModelOptions {
  runtime: Runtime;
  espruinoBoard: string;
  area: StorageArea;
  version?: string;
  flash?: SimFlash;
  /** Chance that a received byte is lost. */
  lossRate?: number;
  /** 0..1; only asked with a lossRate. */
  chance?: () => number;
  /** Sends XOFF after so many bytes, and never XON. */
  xoffAfterBytes?: number;
  /** Radios that are on. */
  radios?: Radio[];
  /** True: erasePage does nothing, as in some builds. */
  isEraseDead?: boolean;
  /** The port's ways for what a program on the board hears. */
  modes?: readonly PortModeName[];
  /** Variables in all; default 2,500. */
  variables?: number;
  /** The variables lie in external memory. */
  isExternal?: boolean;
  /** The settings partition; erased without. */
  settings?: Uint8Array;
  /** Speed at the line's other end, now; left out: always the board's. */
  hostBaud?: () => number;
  /** What hangs on the board's other serial ports, by Espruino's names of them. */
  serials?: { [name: string]: SpeedPort };
}

export interface ModelBoard {
  flash: SimFlash;
  storage: StorageModel;
  /** Plugs a line in; a board has one. */
  plug(port: BytePort): void;
  /** What the board says from now on is heard by nobody. */
  unplug(): void;
  /** Power off and on: runs the boot files. */
  powerOn(): void;
  /** False from a power cut to the next power-on. */
  isOn(): boolean;
  /** What a line typed at the prompt by somebody who connects by a radio gives; undefined: no prompt. */
  radioLine(radio: Radio, line: string): unknown;
  /** Value of a global of the running code. */
  global(name: string): unknown;
  /**
   * Makes the console deaf, as a program in an endless loop does: until Ctrl-C on a PC, on a chip until it restarts.
   */
  beBusy(): void;
}

/** A value as E.toJS writes it. */
function toJs(value: unknown): string {
  if (value === undefined) return 'undefined';
  return JSON.stringify(value) ?? 'function () {...}';
}

class BoardModel implements ModelBoard {
  private readonly runtime = this.options.runtime;
  private readonly area = this.options.area;
  readonly flash =
    this.options.flash ?? createFlash({ pageBytes: this.area.pageBytes, pageCount: this.area.pageCount });
  readonly storage = createStorageModel(this.flash, this.area);
  private context: vm.Context = vm.createContext({});
  private port: BytePort | undefined;
  private isOnNow = false;
  private isBusy = false;
  private heard = 0;
  private spentMs = 0;
  private input = '';
  private packet: { at: number; head: number[]; text: string; need: number } | undefined;
  /** The file that FILE_SEND announced and DATA packets fill. */
  private file: { name: string; sizeBytes: number; at: number } | undefined;
  private last = 0;
  /** The console was forced: it does not go to a radio that connects. */
  private isForced = false;
  /** The console is on the line. */
  private isConsole = true;
  /** Radios that are on, and those that will be after the next start. */
  private radios = new Set<Radio>();
  private readonly wantedRadios = new Set<Radio>(this.options.radios);
  /** Speed of the line, bits a second. */
  private baud = CONSOLE_BAUD;
  private chipPort = this.makeChipPort();
  private readonly serials = new Map<string, SerialModel>();
  private readonly timers = new TimerModel(
    (ms, fn) => this.runtime.after(ms, fn),
    (fn) => void (this.isOnNow && this.guarded(fn)),
  );

  constructor(private readonly options: ModelOptions) {
    this.addSerial('Serial1', (bytes) => this.write(bytes));
    for (const name of ['Serial2', 'Serial3']) this.addSerial(name, () => undefined);
    for (const [name, line] of Object.entries(options.serials ?? {})) {
      this.addSerial(
        name,
        (bytes) => line.write(bytes),
        (baud) => void line.setBaud?.(baud),
      );
      line.onData((bytes) => void (this.isOnNow && this.chipPort.hear(name, bytes)));
    }
  }

  private makeChipPort(): ChipPort {
    return new ChipPort({
      runtime: this.options.runtime,
      modes: portModes(this.options.modes ?? []),
      deliver: (name, bytes) => void this.guarded(() => this.serials.get(name)?.hear(bytes)),
    });
  }

  private addSerial(name: string, write: (bytes: Uint8Array) => void, onBaud?: (baud: number) => void): void {
    let baud = CONSOLE_BAUD;
    this.serials.set(
      name,
      createSerialModel(
        (bytes) => {
          this.chipPort.wrote(name, bytes.length, baud);
          write(bytes);
        },
        (next) => {
          baud = next;
          if (name === 'Serial1') this.baud = next;
          onBaud?.(next);
        },
      ),
    );
  }

  /** What the line carries of these bytes when both ends run at the same speed; else noise. */
  private onLine(bytes: Uint8Array): Uint8Array {
    const hostBaud = this.options.hostBaud?.() ?? this.baud;
    return hostBaud === this.baud ? bytes : bytes.map((byte) => byte | 0x80);
  }

  private write(bytes: Uint8Array): void {
    if (this.isOnNow) this.port?.write(this.onLine(bytes));
  }

  private say(text: string): void {
    this.write(new Uint8Array(Buffer.from(text, 'latin1')));
  }

  private variables(): number | undefined {
    const { variables, modes = [] } = this.options;
    if (variables !== undefined || !portModes(modes).hasStateVariables) return variables;
    return variablesOf({ board: CHIP, radios: [...this.radios], modes });
  }

  private makeContext(): vm.Context {
    return vm.createContext(
      espruinoGlobals({
        ...this.options,
        flash: this.flash,
        storage: this.storage,
        serials: this.serials,
        timers: this.timers.globals,
        radioState: () => this.radioState(),
        setRadio: (radio, isOn) => void (isOn ? this.wantedRadios.add(radio) : this.wantedRadios.delete(radio)),
        variables: this.variables(),
        spend: (ms) => void (this.spentMs += ms),
        setConsole: (isOnLine, isForced) => {
          this.isConsole = isOnLine;
          this.isForced = isForced;
        },
        restart: () => void this.runtime.after(0, () => this.powerOn()),
      }),
    );
  }

  private run(code: string): { value?: unknown; error?: Error } {
    return this.guarded(() => vm.runInContext(code, this.context) as unknown);
  }

  /** Runs device code; a power cut inside it ends the board, any other error is the device's. */
  private guarded(work: () => unknown): { value?: unknown; error?: Error } {
    try {
      return { value: work() };
    } catch (error) {
      if (!(error instanceof PowerCut)) return { error: error as Error };
      this.isOnNow = false;
      return {};
    }
  }

  powerOn(): void {
    this.isOnNow = true;
    this.isBusy = false;
    this.isForced = false;
    this.isConsole = true;
    this.radios = new Set(this.wantedRadios);
    this.baud = CONSOLE_BAUD;
    this.timers.stop();
    this.chipPort.stop();
    this.chipPort = this.makeChipPort();
    for (const { object } of this.serials.values()) (object.removeAllListeners as () => void)();
    this.input = '';
    this.packet = undefined;
    this.context = this.makeContext();
    if (!this.storage.isValid()) for (let page = 0; page < this.area.pageCount; page++) this.flash.erase(page);
    const main = this.storage.read('.bootrst') !== undefined ? '.bootrst' : '.bootcde';
    for (const name of ['.boot0', '.boot1', '.boot2', '.boot3']) {
      const text = this.storage.read(name);
      if (text !== undefined) this.run(text);
      if (!this.isOnNow) return;
    }
    const boot = this.storage.read(main);
    if (boot !== undefined) this.run(boot);
    this.say('\r\n>');
  }

  private answer(text: string): void {
    const delayMs = PACKET_MS + this.spentMs;
    this.spentMs = 0;
    this.runtime.after(delayMs, () => this.say(text));
  }

  private evaluate(text: string): void {
    const { value, error } = this.run(`(${text}\n)`);
    if (!this.isOnNow) return;
    if (error) return this.answer(`${String.fromCharCode(NAK)}Uncaught ${error.name}: ${error.message}\r\n>`);
    const js = toJs(value).slice(0, MAX_PACKET_BYTES);
    this.answer(String.fromCharCode(ACK, DLE, SOH, (RESPONSE | js.length) >> 8, js.length & 0xff) + js);
  }

  /** A piece of the file that is being sent; false where Storage does not take it. */
  private putPiece(text: string): boolean {
    if (!this.file) return false;
    try {
      this.storage.write(this.file.name, text, this.file.at, this.file.at === 0 ? this.file.sizeBytes : 0);
    } catch (error) {
      if (error instanceof PowerCut) this.isOnNow = false;
      return false;
    }
    this.file.at += text.length;
    return true;
  }

  private takePacket(type: number, text: string): void {
    if (type === EVAL) return this.evaluate(text);
    let isTaken = type === FILE_SEND;
    if (isTaken) {
      const { fn, s } = JSON.parse(text) as { fn: string; s: number };
      this.file = { name: fn, sizeBytes: s, at: 0 };
    } else if (type === FILE_DATA) isTaken = this.putPiece(text);
    this.answer(String.fromCharCode(isTaken ? ACK : NAK));
  }

  private giveUpPacket(): void {
    this.packet = undefined;
    this.say(String.fromCharCode(NAK));
  }

  private takeKey(code: number): void {
    if (this.packet) {
      if (this.packet.head.length < 2) {
        this.packet.head.push(code);
        this.packet.need = ((this.packet.head[0] << 8) | code) & MAX_PACKET_BYTES;
        return;
      }
      this.packet.text += String.fromCharCode(code);
      if (this.packet.text.length < this.packet.need) return;
      const { text, head } = this.packet;
      this.packet = undefined;
      return this.takePacket((head[0] << 8) & ~MAX_PACKET_BYTES, text);
    }
    if (code === CTRL_C) this.input = '';
    else if (code === SOH && this.last === DLE) {
      const mine = { at: this.runtime.nowMs(), head: [], text: '', need: 0 };
      this.packet = mine;
      this.runtime.after(PACKET_TIMEOUT_MS, () => {
        if (this.packet === mine && this.isOnNow) this.giveUpPacket();
      });
    } else if (code === ENQ && this.input === '')
      this.answer(`Espruino ${this.options.version ?? MODEL_VERSION} ${this.options.espruinoBoard}\n`);
    else if (code === 8) this.input = this.input.slice(0, -1);
    else if (code === 10 || code === 13) this.input = '';
    else if (code >= 32) this.input += String.fromCharCode(code);
  }

  private take(sent: Uint8Array): void {
    const bytes = this.onLine(sent);
    if (!this.isConsole) return void (this.isOnNow && this.chipPort.hear('Serial1', bytes));
    for (const code of bytes) {
      if (!this.isOnNow) return;
      this.heard++;
      if (this.options.lossRate && this.options.chance!() < this.options.lossRate) continue;
      if (this.options.xoffAfterBytes && this.heard === this.options.xoffAfterBytes)
        this.say(String.fromCharCode(XOFF));
      if (this.isBusy) {
        if (code === CTRL_C && this.options.espruinoBoard === PC_BOARD) {
          this.isBusy = false;
          this.say('\r\nExecution Interrupted\r\n>');
        }
        continue;
      }
      this.takeKey(code);
      this.last = code;
    }
  }

  private unplugNow(old: BytePort | undefined): void {
    if (this.port === old) this.port = undefined;
  }

  unplug(): void {
    this.unplugNow(this.port);
  }

  plug(next: BytePort): void {
    this.port = next;
    next.onData((bytes) => this.take(bytes));
    next.onClose(() => this.unplugNow(next));
  }

  private radioState(): { Wifi: boolean; BLE: boolean } {
    return { Wifi: this.radios.has('wifi'), BLE: this.radios.has('ble') };
  }

  radioLine(radio: Radio, line: string): unknown {
    const isHeard = this.isOnNow && !this.isForced && this.radios.has(radio);
    return isHeard ? this.run(line).value : undefined;
  }

  isOn(): boolean {
    return this.isOnNow;
  }

  global(name: string): unknown {
    return this.context[name];
  }

  beBusy(): void {
    this.isBusy = true;
  }
}

export function createModelBoard(options: ModelOptions): ModelBoard {
  return new BoardModel(options);
}
