// What a simulated board is to the simulation, whichever engine runs its image: the Node engine (node-board.ts) on a
// virtual or real clock, or the genuine interpreter as a process (espruino-board.ts) in real time.
import type { BoardData, PortName, Role } from '../../../boards/board';
import type { BytePort } from '../../kit/byte-port';
import type { Runtime } from '../../kit/runtime';
import type { SimFlash } from './flash';
import type { PortModeName } from './port/modes';

export type { BoardData, PortModeName, PortName, Role };

/** The radios of an ESP32. */
export type Radio = 'wifi' | 'ble';

export interface SimBoardOptions {
  /** For logs and errors: `HSM-Cold`. */
  name: string;
  role: Role;
  /** The text of dist/firmware/BOARD/hsm-ROLE.js. */
  image: string;
  board: BoardData;
  runtime: Runtime;
  /** The journal's area: `createFlash(board.flash)`. Outlives power. */
  flash: SimFlash;
  /**
   * Storage: `createFlash(board.storage)`. Outlives power. The image is put into it at power-on when it is not there
   * yet.
   */
  storage: SimFlash;
  /** Files to put into Storage at power-on when they are not there yet, such as the comb table. */
  files?: { [name: string]: Uint8Array };
  /**
   * What the board's lines are plugged into: for each port the end of a `wire()` that is the board's. A port left out
   * gets a wire of its own whose other end is `board.ports[name]`; a second modem (`modem1`) is there only when plugged
   * in.
   */
  ports?: { [name in PortName]?: BytePort };
  /**
   * The board's hour at power-on (s since 1970); left out: not set, as on a board without a battery clock. Node engine
   * only.
   */
  unixSeconds?: number;
  /** Radios that are on, as on a base whose settings say nothing. Left out: none. Node engine only. */
  radios?: Radio[];
  /** The ESP32 port's ways that the board has. Left out: none, as on a PC. Node engine only. */
  modes?: readonly PortModeName[];
  /** Parts per million by which the board's clock runs fast. Node engine only. */
  driftPpm?: number;
  /** Called when the image drives a pin, as for a modem's power. Node engine only. */
  onPin?: (pin: string, level: 0 | 1) => void;
  /** What the interpreter prints on its own console (never the firmware's lines). */
  onLog?: (line: string) => void;
}

/** An error that ended a handler of the image: text and stack as the interpreter tells them. */
export interface BoardCrash {
  atMs: number;
  text: string;
  stack: string;
}

export interface SimBoard {
  readonly name: string;
  readonly isOn: boolean;
  /** The outer ends of the lines that the options did not plug in. */
  readonly ports: { [name in PortName]?: BytePort };
  /** Resolves when the image has run its top level. */
  powerOn(): Promise<void>;
  /** Cuts the power: RAM and timers are gone, flash stays, bytes already on a line arrive. */
  powerOff(): Promise<void>;
  /** Power off and on again. */
  reset(): Promise<void>;
  /**
   * Cuts the power inside the n-th flash write or erase from now (1 = the next one), leaving that one done in part.
   * Node engine only; elsewhere code `unsupported`.
   */
  cutPowerAtWrite(n: number): void;
  /**
   * What somebody in range who connects by this radio gets for a line typed at the interpreter's prompt; undefined: no
   * prompt. Node engine only; no other has a radio.
   */
  radioLine(radio: Radio, line: string): string | undefined;
  /** Somebody in range connects to a radio that is on, and goes again. Node engine only. */
  radioConnect(radio: Radio): void;
  /** Octets that the port has lost so far, by line. Node engine only. */
  lost(): { [line: string]: number };
  /** CPU time that the image has used since the board was made. */
  cpuMs(): number;
  /** One listener for errors that the image did not catch. */
  onCrash(listener: (crash: BoardCrash) => void): void;
  /** One listener for the board going off by a power cut, or on and off by a restart of its own. */
  onPower(listener: (isOn: boolean) => void): void;
  /** Power off, wires closed, processes and temporary files gone. */
  close(): Promise<void>;
}

export interface EspruinoBoardOptions extends SimBoardOptions {
  /** Path of the genuine interpreter (a Linux build). */
  espruino: string;
  /** ES5 that runs before the image at every start, such as a gauge that measures it. */
  prelude?: string;
}
