// Opens a serial line as a BytePort: a device file or pty by path, a TCP address as tcp://HOST:PORT.
// Every way that this goes wrong has its own code and says what to do.
import * as fs from 'node:fs';
import * as net from 'node:net';
import type { SerialPort } from 'serialport';
import { decimalOf } from '../../protocol/bytes';
import { fail } from '../../protocol/errors';
import type { BytePort } from '../../host/kit/byte-port';
import { loadSerialport } from './load';
import { explainOpenError, whereItWent } from './open-errors';

export { explainOpenError } from './open-errors';

export const DEFAULT_BAUD = 115200;
/** Speeds, bits a second, that some line here runs at. */
const [BAUD_MIN, BAUD_MAX] = [300, 4_000_000];
const CONNECT_TIMEOUT_MS = 5000;

/** Bits a second that a flag names. Throws `usage`. */
export function aBaud(text = '', flag = 'baud'): number {
  const baud = decimalOf(text, BAUD_MIN, BAUD_MAX);
  if (baud < 0) throw fail('usage', `"--${flag}" expected bits a second, got ${text}`);
  return baud;
}

/** A line that was opened by name. */
export interface OpenPort extends BytePort {
  /** What was opened, for messages. */
  name: string;
  /** Bits a second on the line; undefined where bytes go at no fixed rate (TCP, pty). */
  baud?: number;
  /** Changes the speed of the open line; absent where there is none. */
  setBaud?(baud: number): Promise<void>;
  /** Restarts an ESP32 through the adapter's RTS line; absent where there is no such line. */
  resetBoard?(): Promise<void>;
  /** Restarts an ESP32 into its ROM loader, through RTS and DTR; absent likewise. */
  enterLoader?(): Promise<void>;
}

/** Bytes from the moment of opening on, kept until somebody listens, and the news that the line is gone. */
function portEnds(): {
  port: Pick<BytePort, 'onData' | 'onClose'>;
  give(bytes: Uint8Array): void;
  gone(error?: Error): void;
  isGone(): boolean;
} {
  let listener: ((bytes: Uint8Array) => void) | undefined;
  let closeListener: ((error?: Error) => void) | undefined;
  const waiting: Uint8Array[] = [];
  let ended: { error?: Error } | undefined;
  return {
    port: {
      onData(next) {
        listener = next;
        for (const bytes of waiting.splice(0)) next(bytes);
      },
      onClose(next) {
        closeListener = next;
        if (ended) setImmediate(() => next(ended!.error));
      },
    },
    give: (bytes) => (listener ? listener(bytes) : void waiting.push(bytes)),
    gone(error) {
      if (ended) return;
      ended = error ? { error } : {};
      closeListener?.(error);
    },
    isGone: () => ended !== undefined,
  };
}

function openTcp(name: string): Promise<OpenPort> {
  const match = /^tcp:\/\/(\[[^\]]+\]|[^:/]+):(\d{1,5})$/.exec(name);
  if (!match || Number(match[2]) > 65535) throw fail('bad-port-name', `"${name}" expected tcp://HOST:PORT`);
  const host = match[1].replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const ends = portEnds();
    const socket = net.connect({ host, port: Number(match[2]), noDelay: true });
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error('no answer')));
    socket.once('error', (error) => reject(explainOpenError(name, error)));
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.removeAllListeners('error');
      let failure: Error | undefined;
      socket.on('error', (error) => void (failure = error));
      socket.on('data', (bytes) => ends.give(new Uint8Array(bytes)));
      socket.on('close', () => ends.gone(failure));
      resolve({
        ...ends.port,
        name,
        write(bytes) {
          if (ends.isGone()) throw fail('port-closed', `${name} is closed`);
          socket.write(Buffer.from(bytes));
        },
        close() {
          ends.gone();
          socket.destroy();
        },
      });
    });
  });
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The two lines of an adapter that ESP32 boards have their reset circuit on: RTS pulls EN low, DTR pulls IO0 low. */
function setLines(serial: SerialPort, rts: boolean, dtr: boolean): Promise<void> {
  return new Promise((resolve, reject) =>
    serial.set({ rts, dtr }, (error) =>
      error
        ? reject(fail('port-failed', `the adapter's RTS and DTR lines cannot be set (${error.message})`))
        : resolve(),
    ),
  );
}

/** What was written has left before the speed changes. */
function setSpeed(serial: SerialPort, baudRate: number): Promise<void> {
  return new Promise((resolve, reject) =>
    serial.drain(() =>
      serial.update({ baudRate }, (error) =>
        error
          ? reject(fail('port-failed', `the adapter does not run at ${baudRate} baud (${error.message})`))
          : resolve(),
      ),
    ),
  );
}

async function pulseReset(serial: SerialPort): Promise<void> {
  await setLines(serial, true, false);
  await wait(100);
  await setLines(serial, false, false);
}

async function pulseLoader(serial: SerialPort): Promise<void> {
  await setLines(serial, true, false);
  await wait(100);
  await setLines(serial, false, true);
  await wait(50);
  await setLines(serial, false, false);
}

async function openSerial(name: string, baud: number): Promise<OpenPort> {
  const { SerialPort: Serial } = await loadSerialport();
  const isPty = /^\/dev\/(pts\/|ttys\d)/.test(fs.existsSync(name) ? fs.realpathSync(name) : name);
  return new Promise((resolve, reject) => {
    const ends = portEnds();
    const serial = new Serial({ path: name, baudRate: baud, autoOpen: false, hupcl: false });
    serial.open((error) => {
      if (error) return reject(explainOpenError(name, error));
      serial.on('data', (bytes: Buffer) => ends.give(new Uint8Array(bytes)));
      serial.on('error', (failure) =>
        ends.gone(fail('port-gone', `${name} failed (${failure.message}): check the cable${whereItWent(name)}`)),
      );
      serial.on('close', (failure: Error | null) =>
        ends.gone(
          failure
            ? fail('port-gone', `${name} is gone: the cable was pulled or the board lost power${whereItWent(name)}`)
            : undefined,
        ),
      );
      resolve({
        ...ends.port,
        name,
        ...(isPty
          ? {}
          : {
              baud,
              setBaud: (next: number) => setSpeed(serial, next),
              resetBoard: () => pulseReset(serial),
              enterLoader: () => pulseLoader(serial),
            }),
        write(bytes) {
          if (ends.isGone() || !serial.isOpen) throw fail('port-closed', `${name} is closed`);
          serial.write(Buffer.from(bytes));
        },
        close() {
          ends.gone();
          if (serial.isOpen) serial.close(() => undefined);
        },
      });
    });
  });
}

/**
 * Opens `name`. Throws codes `no-serialport`, `no-port`, `port-rights`, `port-busy`, `not-a-port`, `bad-port-name`,
 * `port-failed`; `onClose` gets code `port-gone` when the line dies later.
 */
export async function openPort(name: string, baud = DEFAULT_BAUD): Promise<OpenPort> {
  if (/^[a-z]+:\/\//.test(name)) return openTcp(name);
  return openSerial(name, baud);
}
