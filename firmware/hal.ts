// The hardware boundary: all that the firmware knows of a board. Each board folder provides one `Hal`;
// the board contract suite holds every implementation to the words here. No callback ever fires synchronously,
// that is, before the call that registered or caused it has returned.

/** Most bytes that a listener of a Uart gets at once, as Espruino's driver has it. */
export const UART_CHUNK_BYTES = 64;

/**
 * A byte stream. `write` queues and returns at once; a board sends in order. The callee copies, the caller keeps its
 * buffer.
 */
export interface Uart {
  write(bytes: Uint8Array): void;
  /**
   * One listener; `bytes` (1..UART_CHUNK_BYTES of them) belongs to the listener. Bytes that arrive before a listener is
   * set are lost. A listener that throws, or runs out of memory, may be called no more: Hal.isStuck says so.
   */
  onData(listener: (bytes: Uint8Array) => void): void;
}

/**
 * Non-volatile memory: `pageCount` pages of `pageBytes` outside of Storage for the journal, then, in the same
 * numbering, `archivePages` inside Storage for the archives of payments: none on HSM-Hot, and where Storage has no room
 * for them. Erased bytes read 0xFF; a write can only clear bits (the result is old AND new). Addresses are offsets from
 * the start of the first page. Out of range, or over the border of the two areas: code `flash-range`. A power cut may
 * leave a write or an erase done in part.
 */
export interface Flash {
  pageBytes: number;
  pageCount: number;
  archivePages: number;
  readBytes(offset: number, lenBytes: number): Uint8Array;
  writeBytes(offset: number, bytes: Uint8Array): void;
  clearPage(page: number): void;
}

/** What Storage keeps before a file's content, and the longest name in it. */
export const FILE_HEADER_BYTES = 32;
export const FILE_NAME_MAX = 28;
/** Length of a file in the first word of its header; the octet above holds flags. */
export const FILE_SIZE_MASK = 0xffffff;
/** Where this file exists at power-on, the board starts no image, once: the interpreter's prompt is there. */
export const SERVICE_FILE = 'service';

/** Files of the board's Storage: tables, address caches. Not for state that must survive a cut: that is Flash's. */
export interface Files {
  readFile(name: string): Uint8Array | undefined;
  /**
   * Replaces the file. False when there is no room behind the last file: what erased ones held is not had again. Names:
   * at most FILE_NAME_MAX characters.
   */
  writeFile(name: string, bytes: Uint8Array): boolean;
  eraseFile(name: string): void;
  /** Erases every file whose name is one of the letters of `kinds`, then digits and dashes, the last a digit. */
  eraseFiles(kinds: string): void;
  /** Bytes that files can still take, their headers included. */
  freeBytes(): number;
}

export interface Clock {
  /** Milliseconds since power-on, never going back. */
  uptimeMs(): number;
  /** Seconds since 1970 as the board believes; 0 when it was never set since power-on. */
  wallSeconds(): number;
  setUnixSeconds(seconds: number): void;
  /** Calls `fn` once after `delayMs`; returns an id for `cancel`. */
  after(delayMs: number, fn: () => void): number;
  cancel(id: number): void;
}

/** Noise of unknown worth: mixed in, never trusted alone. */
export interface Noise {
  take(lenBytes: number): Uint8Array;
}

export interface Watchdog {
  /** Starts it: without a `kick` for `timeoutMs` the board restarts. */
  start(timeoutMs: number): void;
  kick(): void;
}

/** From the firmware's last reply to its restart: long enough for the reply to leave. */
export const RESTART_DELAY_MS = 200;

export interface Power {
  /** Restarts the board; does not return to the caller's event. */
  restart(): void;
  /** Power sequence of modem `index`; `done` when it may be spoken to. */
  modemOn(index: number, done: () => void): void;
  modemOff(index: number): void;
}

/** Fewer variables than this and a board does nothing: what its operations need is measured against them. */
export const LEAST_VARIABLES = 2500;

/** Memory as the board reports it, in the board's own units ("variables" on Espruino). */
export interface MemoryUse {
  used: number;
  total: number;
  /** It lies outside of the chip, on wires that somebody can listen to. */
  isExternal?: boolean;
}

export interface Hal {
  /** Name of the board's folder, e.g. `linux`. */
  board: string;
  /** Where the interpreter's prompt is after a service boot: the serial line and its speed. */
  promptSerial: string;
  promptBaud: number;
  /** Commit the image was built from, and the interpreter's version. */
  commit: string;
  interpreter: string;
  console: Uart;
  /** HSM-Cold to HSM-Hot and back. */
  link: Uart;
  /** HSM-Hot to the platform's gateway; absent on HSM-Cold. */
  host?: Uart;
  /** SIM800 modems, first is preferred; none on HSM-Hot. */
  modems: Uart[];
  flash: Flash;
  files: Files;
  clock: Clock;
  noise: Noise;
  watchdog: Watchdog;
  power: Power;
  memoryUse(): MemoryUse;
  /** Radios of the board that are on, words with a space between: `wifi`, `ble`. Empty: none is, or it has none. */
  radios(): string;
  /** A listener of a Uart began and did not end since power-on. Not to be asked from within one. */
  isStuck(): boolean;
  /** Brings free memory together when it is scarce: the results of native calls need a piece as large as they are. */
  tidy(): void;
}
