/**
 * What stock Espruino gives the device code beyond ES5, as far as protocol/, firmware/ and boards/ use it.
 * The device program is checked against lib ES5 and this file alone; in the host's program Node's own declarations
 * of the same names come first and these add nothing.
 */
interface EspruinoE {
  /** Sum of a[i] * b[(i + offset) mod b.length] in doubles. */
  convolve(a: ArrayLike<number>, b: ArrayLike<number>, offset: number): number;
  /** Writes map(from) into to; bits < 0 takes that many bits an element, least significant first. */
  mapInPlace(
    from: ArrayBufferView,
    to: ArrayBufferView,
    map?: ArrayLike<number> | ((value: number, index: number) => number),
    bits?: number,
  ): void;
  toArrayBuffer(text: string): ArrayBuffer;
  toUint8Array(...parts: unknown[]): Uint8Array;
  toString(...parts: unknown[]): string;
  CRC32(data: unknown): number;
  enableWatchdog(timeoutS: number, isAuto?: boolean): void;
  kickWatchdog(): void;
  setConsole(device: unknown, options?: { force?: boolean }): void;
  setFlags(flags: { [name: string]: number | boolean }): void;
  getErrorFlags(): string[];
  hwRand(): number;
  getAddressOf(value: unknown, isFlat: boolean): number;
  setTimeZone(hours: number): void;
  reboot(): void;
  defrag(): void;
  /** Linux and SD cards only. mode: r, r+, w, w+, a. Throws when it cannot be opened. */
  openFile(path: string, mode: string): EspruinoFile;
  on(event: string, handler: (value: unknown) => void): void;
}

/** An open file of a Linux build; reading and writing go on behind what came last. */
interface EspruinoFile {
  read(lenBytes: number): string;
  write(data: string | Uint8Array): number;
  /** To an offset from the file's start. */
  seek(offset: number): void;
  close(): void;
}

/** What an ESP32 says of itself: which radios are on. */
interface EspruinoChipState {
  BLE: boolean;
  Wifi: boolean;
}

/** The module `Storage`: files in flash. */
interface EspruinoStorage {
  read(name: string, offset?: number, lenBytes?: number): string | undefined;
  readArrayBuffer(name: string): ArrayBuffer | undefined;
  write(name: string, data: string | Uint8Array, offset?: number, sizeBytes?: number): boolean;
  erase(name: string): void;
  list(names?: RegExp): string[];
  getFree(): number;
}

/** The module `Flash`: the chip's memory by address. */
interface EspruinoFlash {
  read(lenBytes: number, address: number): Uint8Array;
  /** Clears bits; address and length are multiples of four. */
  write(data: Uint8Array, address: number): void;
  /** Sets the bits of the page at `address`. */
  erasePage(address: number): void;
}

/** Variables of the interpreter; blocksize: bytes of one. */
interface EspruinoMemory {
  free: number;
  usage: number;
  total: number;
  blocksize: number;
}

interface EspruinoSerial {
  setup(baud: number, options?: { [name: string]: unknown }): void;
  unsetup(): void;
  write(...data: unknown[]): void;
  print(text: string): void;
  read(chars?: number): string;
  available(): number;
  on(event: string, handler: (data: string) => void): void;
  removeAllListeners(event?: string): void;
  setConsole(force?: boolean): void;
}

interface EspruinoPin {
  set(): void;
  reset(): void;
  read(): boolean;
  write(value: boolean | number): void;
  mode(mode: string): void;
  toString(): string;
}

declare var E: EspruinoE;
declare var Serial1: EspruinoSerial;
declare var Serial2: EspruinoSerial;
declare var Serial3: EspruinoSerial;
declare var USB: EspruinoSerial | undefined;
declare var D2: EspruinoPin, D4: EspruinoPin, D5: EspruinoPin, D12: EspruinoPin, D13: EspruinoPin, D14: EspruinoPin;
declare var D15: EspruinoPin, D16: EspruinoPin, D17: EspruinoPin, D18: EspruinoPin, D19: EspruinoPin, D21: EspruinoPin;
declare var D22: EspruinoPin, D23: EspruinoPin, D25: EspruinoPin, D26: EspruinoPin, D27: EspruinoPin;
declare var LED1: EspruinoPin | undefined;

// Where Node's own declarations are there too, these interfaces merge with them.
declare namespace NodeJS {
  interface Require {
    (id: 'Storage'): EspruinoStorage;
    (id: 'Flash'): EspruinoFlash;
    /** Of Node's engine and of builds with native hashes: firmware/crypto knows which it is in. */
    (id: 'crypto'): unknown;
    (id: 'fs'): { readFileSync(path: string): string };
  }
  interface Process {
    memory(): EspruinoMemory;
    readonly version: string;
  }
}
declare var require: NodeJS.Require;
declare var process: NodeJS.Process;

declare function print(...values: unknown[]): void;
declare function getTime(): number;
declare function setTime(seconds: number): void;
/** The chip's own functions; on ESP32 boards alone. */
declare const ESP32: { getState(): EspruinoChipState };
declare function peek32(address: number): number;
declare function poke32(address: number, value: number | number[]): void;
declare function peek8(address: number): number;
declare function atob(text: string): string;
declare function btoa(text: string): string;
declare function load(name?: string): void;
declare function digitalWrite(pin: unknown, value: number | boolean): void;
declare function digitalRead(pin: unknown): number;
declare function pinMode(pin: unknown, mode: string): void;
declare function setTimeout(handler: () => void, ms?: number): number;
declare function clearTimeout(id: number): void;
