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
  openFile(path: string, mode: string): any;
  on(event: string, handler: (value: unknown) => void): void;
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

declare var require: any;
declare var exports: any;
declare var module: any;
declare var process: any;
declare var console: any;
declare var global: any;

declare function print(...values: unknown[]): void;
declare function getTime(): number;
declare function setTime(seconds: number): void;
declare function peek32(address: number, count?: number): any;
declare function poke32(address: number, value: number | number[]): void;
declare function peek8(address: number, count?: number): any;
declare function atob(text: string): string;
declare function btoa(text: string): string;
declare function load(name?: string): void;
declare function digitalWrite(pin: unknown, value: number | boolean): void;
declare function digitalRead(pin: unknown): number;
declare function pinMode(pin: unknown, mode: string): void;
declare function setTimeout(handler: (...args: any[]) => void, ms?: number, ...args: any[]): any;
declare function setInterval(handler: (...args: any[]) => void, ms?: number, ...args: any[]): any;
declare function clearTimeout(id: any): void;
declare function clearInterval(id: any): void;
