// A board in this process for tests of the firmware: everything of firmware/hal.ts in memory, deterministic, on one
// event queue that the test turns by hand. Flash follows the erase and program rules and can lose power at any write.
import type { BytePort } from '../../host/kit/byte-port';
import type { Flash, Hal, MemoryUse, Uart } from '../../firmware/hal';
import { withNative } from './native';

/** Thrown by a flash operation at which the power goes: the code of the board must not run on. */
export class PowerCut extends Error {
  readonly code = 'power-cut';
}

interface Event {
  atMs: number;
  order: number;
  id: number;
  fn: () => void;
}

/** One queue for all boards and programs of a test. */
export class World {
  nowMs = 1_000_000;
  private events: Event[] = [];
  private order = 0;
  private nextId = 1;
  /** Errors that no handler took. */
  errors: unknown[] = [];

  after(delayMs: number, fn: () => void): number {
    const id = this.nextId++;
    this.events.push({ atMs: this.nowMs + Math.max(0, delayMs), order: this.order++, id, fn });
    return id;
  }

  cancel(id: number): void {
    const at = this.events.findIndex((event) => event.id === id);
    if (at >= 0) this.events.splice(at, 1);
  }

  /** Runs the next event; false when there is none before `untilMs`. */
  step(untilMs: number): boolean {
    let best = -1;
    for (let i = 0; i < this.events.length; i++) {
      if (
        best < 0 ||
        this.events[i].atMs < this.events[best].atMs ||
        (this.events[i].atMs === this.events[best].atMs && this.events[i].order < this.events[best].order)
      )
        best = i;
    }
    if (best < 0 || this.events[best].atMs > untilMs) return false;
    const [event] = this.events.splice(best, 1);
    this.nowMs = Math.max(this.nowMs, event.atMs);
    try {
      withNative(event.fn);
    } catch (error) {
      if (!(error instanceof PowerCut)) this.errors.push(error);
    }
    return true;
  }

  /** Turns the queue until `done` holds or `limitMs` of its time have passed; microtasks run in between. */
  async until(done: () => boolean, limitMs = 600_000): Promise<boolean> {
    const end = this.nowMs + limitMs;
    for (;;) {
      for (let i = 0; i < 4; i++) await Promise.resolve();
      if (done()) return true;
      if (this.nowMs > end) return false;
      if (this.step(end)) continue;
      await new Promise((resolve) => setImmediate(resolve));
      if (done()) return true;
      if (!this.step(end)) {
        this.nowMs = Math.max(this.nowMs, end);
        return done();
      }
    }
  }

  /** Turns the queue until the promise settles. */
  async finish<T>(promise: Promise<T>, limitMs = 600_000): Promise<T> {
    let settled = false;
    void promise.then(
      () => (settled = true),
      () => (settled = true),
    );
    if (!(await this.until(() => settled, limitMs)))
      throw new Error('the promise did not settle in the time of the test');
    return promise;
  }

  async run(ms: number): Promise<void> {
    await this.until(() => false, ms);
  }
}

export interface Line {
  /** The board's end. */
  uart: Uart;
  /** The outer end. */
  port: BytePort;
  /** Drops what the board listens with: power off. */
  detach(): void;
  /** Everything that the board wrote. */
  written: number[];
}

function chunks(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 64) parts.push(bytes.slice(at, at + 64));
  return parts;
}

/** Runs one of the board's handlers; `point` is told of everything that the handler asks of its board. */
export interface Runner {
  run(handler: () => void): void;
  point(what: string): void;
}

/** A serial line between a board and a test: in order, 64 octets at a time, a millisecond each. */
export function makeLine(world: World, isOff: () => boolean = () => false, runner?: () => Runner | undefined): Line {
  let toBoard: ((bytes: Uint8Array) => void) | undefined;
  let toTest: ((bytes: Uint8Array) => void) | undefined;
  const waiting: Uint8Array[] = [];
  const written: number[] = [];
  return {
    written,
    uart: {
      write: (bytes) => {
        if (isOff()) return;
        runner?.()?.point('write');
        const copy = Uint8Array.from(bytes);
        written.push(...copy);
        chunks(copy).forEach((chunk) => world.after(1, () => (toTest ? toTest(chunk) : void waiting.push(chunk))));
      },
      onData: (listener) => void (toBoard = listener),
    },
    port: {
      write: (bytes) =>
        chunks(Uint8Array.from(bytes)).forEach((chunk) =>
          world.after(1, () => (toBoard && runner?.() ? runner()!.run(() => toBoard?.(chunk)) : toBoard?.(chunk))),
        ),
      onData: (listener) => {
        toTest = listener;
        waiting.splice(0).forEach((chunk) => listener(chunk));
      },
      onClose: () => undefined,
      close: () => void (toTest = undefined),
    },
    detach: () => void (toBoard = undefined),
  };
}

/** A line between two boards. */
export function joinLines(a: Line, b: Line): void {
  a.port.onData((bytes) => b.port.write(bytes));
  b.port.onData((bytes) => a.port.write(bytes));
}

/** Fewer than a board has: a ring that is soon full. */
const ARCHIVE_PAGES = 8;

export class FakeFlash implements Flash {
  readonly pageBytes = 4096;
  readonly cells: Uint8Array;
  /** Operations (writes and erases) so far, and the one at which the power goes (0: never). */
  operations = 0;
  cutAt = 0;
  /** Part of the torn operation that is still done, 0..1. */
  cutPart = 0.5;
  /** A torn erase did its part from the page's end. */
  cutFromEnd = false;
  isOff = false;
  runner?: Runner;

  /** Octets of the pages for archives. */
  readonly archived: Uint8Array;

  constructor(
    readonly pageCount = 16,
    readonly archivePages = ARCHIVE_PAGES,
  ) {
    this.cells = new Uint8Array(this.pageBytes * pageCount).fill(255);
    this.archived = new Uint8Array(this.pageBytes * archivePages).fill(255);
  }

  /** The octets of a range, as they lie there. */
  private range(offset: number, lenBytes: number): Uint8Array {
    if (this.isOff) throw new PowerCut();
    const behind = offset - this.cells.length;
    const [area, at] = behind >= 0 && this.archivePages ? [this.archived, behind] : [this.cells, offset];
    if (at < 0 || at + lenBytes > area.length)
      throw Object.assign(new Error('outside of the flash'), { code: 'flash-range' });
    return area.subarray(at, at + lenBytes);
  }

  /** Counts an operation; answers whether the power goes at it. Files count as well. */
  isCut(): boolean {
    this.runner?.point('flash');
    this.operations++;
    if (this.operations !== this.cutAt) return false;
    this.isOff = true;
    return true;
  }

  readBytes(offset: number, lenBytes: number): Uint8Array {
    const range = this.range(offset, lenBytes);
    this.runner?.point('read');
    return range.slice();
  }

  writeBytes(offset: number, bytes: Uint8Array): void {
    const range = this.range(offset, bytes.length);
    const cut = this.isCut();
    const count = cut ? Math.floor(bytes.length * this.cutPart) : bytes.length;
    for (let i = 0; i < count; i++) range[i] &= bytes[i];
    if (cut) throw new PowerCut();
    this.runner?.point('flash');
  }

  clearPage(page: number): void {
    const range = this.range(page * this.pageBytes, this.pageBytes);
    const cut = this.isCut();
    const count = cut ? Math.floor(this.pageBytes * this.cutPart) : this.pageBytes;
    if (this.cutFromEnd) range.fill(255, this.pageBytes - count);
    else range.fill(255, 0, count);
    if (cut) throw new PowerCut();
    this.runner?.point('flash');
  }
}

export interface FakeBoard {
  hal: Hal;
  flash: FakeFlash;
  files: Map<string, Uint8Array>;
  console: Line;
  link: Line;
  host: Line;
  modem: Line;
  /** Octets of Storage; and whether it refuses to write. */
  storageBytes: number;
  isStorageStuck: boolean;
  /** The second modem's line, when there is one. */
  spare: Line;
  /** How often the board restarted itself: a test turns it off and on again then. */
  rebooted: number;
  /** A serial listener did not end. */
  isStuck: boolean;
  /** What `Hal.radios` says. */
  radios: string;
  memory: MemoryUse;
  /** Set by a test that ends handlers before their end (abort.ts). */
  runner?: Runner;
  /** Takes the power away: timers and listeners go, flash and files stay. */
  off(): void;
  /** Power on: `start` is startCold or startHot. */
  on(start: (hal: Hal) => void, isCutKept?: boolean): void;
}

export interface FakeOptions {
  /** Modems on HSM-Cold, default 1. */
  modems?: 1 | 2;
  isHot?: boolean;
  pageCount?: number;
  /** Pages of the ring of archives, default ARCHIVE_PAGES. */
  archivePages?: number;
  /** Octets that the noise source gives; default a fixed pseudo-random sequence. */
  noise?: (lenBytes: number) => Uint8Array;
  files?: { [name: string]: Uint8Array };
}

export function makeBoard(world: World, options: FakeOptions = {}): FakeBoard {
  let timers = new Set<number>();
  let generation = 0;
  let startMs = world.nowMs;
  let unixOffset = 0;
  let noiseState = 12345;
  const flash = new FakeFlash(options.pageCount, options.isHot ? 0 : options.archivePages);
  const files = new Map(Object.entries(options.files ?? {}));
  const isOff = (): boolean => flash.isOff;
  const runner = (): Runner | undefined => board.runner;
  const lines = {
    console: makeLine(world, isOff, runner),
    link: makeLine(world, isOff, runner),
    host: makeLine(world, isOff, runner),
    modem: makeLine(world, isOff, runner),
    spare: makeLine(world, isOff, runner),
  };
  const uptimeMs = (): number => world.nowMs - startMs;
  const board: FakeBoard = {
    flash,
    files,
    ...lines,
    rebooted: 0,
    isStuck: false,
    radios: '',
    memory: { used: 0, total: 2500 },
    storageBytes: 917_504,
    isStorageStuck: false,
    hal: {
      board: 'fake',
      commit: 'test',
      interpreter: 'node',
      promptSerial: 'Serial1',
      promptBaud: 115_200,
      console: lines.console.uart,
      link: lines.link.uart,
      host: options.isHot ? lines.host.uart : undefined,
      modems: options.isHot ? [] : [lines.modem.uart, lines.spare.uart].slice(0, options.modems ?? 1),
      flash,
      files: {
        readFile: (name) => files.get(name)?.slice(),
        writeFile: (name, bytes) => {
          if (flash.isOff) throw new PowerCut();
          if (board.isStorageStuck) return false;
          if (flash.isCut()) {
            const count = Math.floor(bytes.length * flash.cutPart);
            if (count)
              files.set(
                name,
                Uint8Array.from(bytes, (byte, i) => (i < count ? byte : 255)),
              );
            throw new PowerCut();
          }
          files.set(name, Uint8Array.from(bytes));
          return true;
        },
        eraseFile: (name) => void files.delete(name),
        eraseFiles: (kinds) => {
          if (flash.isOff) throw new PowerCut();
          [...files.keys()]
            .filter((name) => kinds.includes(name[0]) && /^.[-0-9]*[0-9]$/.test(name))
            .forEach((name) => files.delete(name));
        },
        freeBytes: () =>
          Math.max(0, board.storageBytes - [...files.values()].reduce((sum, bytes) => sum + bytes.length + 32, 0)),
      },
      clock: {
        uptimeMs,
        wallSeconds: () => (unixOffset ? Math.floor(unixOffset + uptimeMs() / 1000) : 0),
        setUnixSeconds: (seconds) => void (unixOffset = seconds - uptimeMs() / 1000),
        after: (delayMs, fn) => {
          board.runner?.point('after');
          const mine = generation;
          const id = world.after(delayMs, () => {
            timers.delete(id);
            if (mine !== generation || flash.isOff) return;
            if (board.runner) board.runner.run(fn);
            else fn();
          });
          timers.add(id);
          return id;
        },
        cancel: (id) => world.cancel(id),
      },
      noise: {
        take:
          options.noise ??
          ((lenBytes) =>
            Uint8Array.from({ length: lenBytes }, () => {
              noiseState = (Math.imul(noiseState, 1103515245) + 12345) >>> 0;
              return noiseState >>> 16;
            })),
      },
      watchdog: { start: () => undefined, kick: () => undefined },
      power: {
        restart: () => void board.rebooted++,
        modemOn: (_index, done) => void world.after(10, done),
        modemOff: () => undefined,
      },
      radios: () => board.radios,
      memoryUse: () => board.memory,
      isStuck: () => board.isStuck,
      tidy: () => undefined,
    },
    off() {
      generation++;
      timers.forEach((id) => world.cancel(id));
      timers = new Set();
      Object.values(lines).forEach((line) => line.detach());
    },
    on(start, isCutKept) {
      flash.isOff = false;
      if (!isCutKept) flash.cutAt = 0;
      startMs = world.nowMs;
      unixOffset = 0;
      try {
        start(board.hal);
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
      }
    },
  };
  return board;
}
