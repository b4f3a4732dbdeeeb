// A board's prompt through EspruinoTools, the project's own tools: its packets, its flow control, its retries. The line
// is one that is open already, given to EspruinoTools as a device of its own, so that ports are named and their faults
// told as everywhere here. EspruinoTools lives in globals of the process and talks on the console: a session keeps the
// console quiet, and its other devices (Bluetooth, network) are taken away.
// Spec: core/serial.js of EspruinoTools 0.1.67.
import { fail } from '../../../protocol/errors';
import type { BytePort } from '../../../host/kit/byte-port';

const PORT = 'chaincloud';
const EVAL_MS = 30_000;
const SEND_MS = 15_000;
const PIECE_BYTES = 512;

interface Connection {
  chunkSize: number;
  espruinoEval(expression: string, options: { timeout: number }): Promise<unknown>;
  espruinoSendFile(
    name: string,
    data: string,
    options: { timeout: number; progress: (done: number, total: number) => void },
  ): Promise<void>;
}

interface Device {
  name: string;
  getPorts(callback: (ports: { path: string }[], isWhole: boolean) => void): void;
  open(
    path: string,
    opened: (info: unknown) => void,
    received: (data: ArrayBuffer) => void,
    closed: (error?: Error) => void,
  ): void;
  write(data: string, done: () => void): void;
  close(): void;
}

export interface EspruinoTools {
  Config: { [name: string]: unknown };
  Core: {
    Serial: {
      devices: Device[];
      connection: Connection;
      getPorts(callback: () => void): void;
      open(path: string, opened: (info: unknown) => void, closed: () => void): void;
      close(): void;
    };
  };
}

export interface EspruinoToolsSession {
  /** Evaluates an expression on the board. Throws `board-error`, `board-silent`. */
  eval(expression: string): Promise<unknown>;
  /** Writes a file of Storage. Throws `board-error` where the board does not take it, `board-silent`. */
  sendFile(name: string, data: Uint8Array, onProgress?: (done: number, total: number) => void): Promise<void>;
  /** Lets go of the line, which stays open. */
  close(): void;
}

/** Takes the console's functions away until the one that is returned is called. */
function quietConsole(): () => void {
  const { log, info, warn, error } = console;
  Object.assign(console, { log() {}, info() {}, warn() {}, error() {} });
  return () => void Object.assign(console, { log, info, warn, error });
}

/** Loads the package. Throws code `no-espruino-tools`. */
export async function loadEspruinoTools(): Promise<EspruinoTools> {
  const speak = quietConsole();
  try {
    const { init } = await import('espruino').catch((error: Error) => {
      throw fail(
        'no-espruino-tools',
        `"--with espruino" needs a package of its own (${error.message.split('\n')[0]}): npm install espruino`,
      );
    });
    await new Promise<void>((resolve) => init(resolve));
  } finally {
    speak();
  }
  return (globalThis as unknown as { Espruino: EspruinoTools }).Espruino;
}

function deviceOn(port: BytePort): Device {
  return {
    name: PORT,
    getPorts: (callback) => callback([{ path: PORT }], true),
    open(_path, opened, received, closed) {
      port.onData((bytes) => received(Uint8Array.from(bytes).buffer));
      port.onClose(closed);
      opened({});
    },
    write(data, done) {
      port.write(new Uint8Array(Buffer.from(data, 'latin1')));
      done();
    },
    close: () => port.onData(() => undefined),
  };
}

/** What EspruinoTools rejects with is a text: it says whether the board refused or was not heard. */
function explained(error: unknown, what: string): Error {
  const text = error instanceof Error ? error.message : String(error);
  return /NAK/.test(text)
    ? fail('board-error', `the board refused ${what}`)
    : fail('board-silent', `the board did not answer to ${what} (${text}): try again, or a lower --baud`);
}

/** Opens a session on a line whose board is at its prompt. Throws `board-silent`. */
export async function openEspruinoTools(
  { Core, Config }: EspruinoTools,
  port: BytePort,
): Promise<EspruinoToolsSession> {
  const speak = quietConsole();
  try {
    const { Serial } = Core;
    Serial.devices.splice(0, Serial.devices.length, deviceOn(port));
    // It would fetch the board's description from the network.
    Config.ENV_ON_CONNECT = false;
    await new Promise<void>((resolve) => Serial.getPorts(resolve));
    const info = await new Promise<unknown>((resolve) => Serial.open(PORT, resolve, () => undefined));
    if (!info) throw fail('board-silent', 'EspruinoTools did not open the line');
    const { connection } = Serial;
    connection.chunkSize = PIECE_BYTES;
    return {
      eval: (expression) =>
        connection.espruinoEval(expression, { timeout: EVAL_MS }).catch((error: unknown) => {
          throw explained(error, 'an expression');
        }),
      sendFile: (name, data, onProgress = () => undefined) =>
        connection
          .espruinoSendFile(name, Buffer.from(data).toString('latin1'), { timeout: SEND_MS, progress: onProgress })
          .catch((error: unknown) => {
            throw explained(error, `the file ${name}`);
          }),
      close() {
        Serial.close();
        speak();
      },
    };
  } catch (error) {
    speak();
    throw error;
  }
}
