// Espruino's globals of the model board, as far as the loader and the expressions of the tools use them.
import type { SimFlash } from '../../../host/sim/board/flash';
import type { Radio } from '../../../host/sim/board/types';
import { ERASE_MS } from '../../../host/sim/board/port/modes';
import type { Runtime } from '../../../host/kit/runtime';
import { NVS_ADDRESS } from '../rom/nvs';
import { crc32 } from '../storage/crc32';
import type { StorageArea } from '../storage/slots';
import type { SerialModel } from './serial';
import type { StorageModel } from './storage';

export const MODEL_VERSION = '2v29.277';
/** As the data sheets of such flash say. */
const PROGRAM_MS = 0.7;
const PROGRAM_BYTES = 256;
const VARIABLES = 2500;
const USED_VARIABLES = 200;
/** Where variables lie: inside the chip, or behind the bus of external memory. */
const INTERNAL_ADDRESS = 0x3ffb0000;
const EXTERNAL_ADDRESS = 0x3f800000;

export interface GlobalsOf {
  runtime: Runtime;
  espruinoBoard: string;
  area: StorageArea;
  version?: string;
  variables?: number;
  isExternal?: boolean;
  isEraseDead?: boolean;
  settings?: Uint8Array;
  flash: SimFlash;
  storage: StorageModel;
  serials: ReadonlyMap<string, SerialModel>;
  timers: { [name: string]: unknown };
  radioState(): { Wifi: boolean; BLE: boolean };
  /** Has a radio on or off from the next start. */
  setRadio(radio: Radio, isOn: boolean): void;
  /** Time that the flash needs. */
  spend(ms: number): void;
  setConsole(isOnLine: boolean, isForced: boolean): void;
  restart(): void;
}

type Names = { [name: string]: unknown };

/** Pins by their names, so that device code may name them. */
const PINS = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`D${n}`, n]));

const bytesOf = (value: unknown): Uint8Array =>
  typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'latin1')) : Uint8Array.from(value as Uint8Array);

function storageModule(storage: StorageModel): Names {
  return {
    read: storage.read.bind(storage),
    write: storage.write.bind(storage),
    erase: storage.erase.bind(storage),
    eraseAll: storage.eraseAll.bind(storage),
    list: storage.list.bind(storage),
    getFree: storage.freeBytes.bind(storage),
  };
}

/** Only Storage and the settings can be read; the journal's area is not in this model. */
function flashModule({ flash, area, settings, isEraseDead, spend }: GlobalsOf): Names {
  return {
    read: (lenBytes: number, address: number) => {
      if (address >= area.address) return flash.read(address - area.address, lenBytes);
      const at = address - NVS_ADDRESS;
      return Uint8Array.from({ length: lenBytes }, (_, i) => settings?.[at + i] ?? 0xff);
    },
    write: (data: unknown, address: number) => {
      const bytes = bytesOf(data);
      spend(Math.ceil(bytes.length / PROGRAM_BYTES) * PROGRAM_MS);
      flash.program(address - area.address, bytes);
    },
    erasePage: (address: number) => {
      spend(ERASE_MS);
      const page = Math.floor((address - area.address) / area.pageBytes);
      if (!isEraseDead && page >= 0 && page < area.pageCount) flash.erase(page);
    },
  };
}

function eModule({ serials, isExternal, setConsole, restart }: GlobalsOf): Names {
  return {
    setConsole: (device: unknown, options?: { force?: boolean }) =>
      setConsole(device !== null, options?.force === true),
    getConsole: () => serials.get('Serial1')!.object,
    getAddressOf: () => (isExternal ? EXTERNAL_ADDRESS : INTERNAL_ADDRESS),
    toUint8Array: bytesOf,
    convolve: (a: Float64Array, b: Float64Array, offset: number) =>
      a.reduce((sum, cell, i) => sum + cell * b[(i + offset) % b.length], 0),
    hwRand: () => 4,
    CRC32: (data: unknown) => crc32(bytesOf(data)),
    sum: (data: Uint8Array) => data.reduce((sum, cell) => sum + cell, 0),
    reboot: restart,
  };
}

function esp32Module({ radioState, setRadio }: GlobalsOf): Names {
  return {
    getState: radioState,
    enableWifi: (isOn: boolean) => setRadio('wifi', isOn),
    enableBLE: (isOn: boolean) => setRadio('ble', isOn),
  };
}

/** The names at the top of the board's context. */
export function espruinoGlobals(board: GlobalsOf): Names {
  const { runtime, espruinoBoard, serials, variables = VARIABLES } = board;
  const modules: Names = { Storage: storageModule(board.storage), Flash: flashModule(board) };
  const globals: Names = {
    require: (name: string) => modules[name],
    E: eModule(board),
    process: {
      env: {
        BOARD: espruinoBoard || undefined,
        VERSION: board.version ?? MODEL_VERSION,
        GIT_COMMIT: 'model',
        SERIAL: 'model',
      },
      memory: () => ({ free: variables - USED_VARIABLES, total: variables, usage: USED_VARIABLES }),
    },
    btoa: (text: string) => Buffer.from(text, 'latin1').toString('base64'),
    atob: (text: string) => Buffer.from(text, 'base64').toString('latin1'),
    getTime: () => runtime.nowMs() / 1000,
    ...board.timers,
    ...(espruinoBoard.startsWith('ESP32') ? { ESP32: esp32Module(board) } : {}),
    ...Object.fromEntries([...serials].map(([name, { object }]) => [name, object])),
    ...PINS,
    pinMode: () => undefined,
    digitalWrite: () => undefined,
    load: board.restart,
  };
  globals.global = globals;
  return globals;
}
