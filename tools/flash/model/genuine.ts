// The genuine interpreter behind a pseudo-terminal: the tools open the path as they would a board's port.
import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { openPty, type Pty } from '../../../host/sim/board/espruino/pty';

export interface GenuineBoard {
  /** What the tools open. */
  path: string;
  dir: string;
  /** All that the interpreter printed since its start. */
  printed(): string;
  /** Ends the process as a power cut does, and starts it again. */
  restart(): Promise<void>;
  isRunning(): boolean;
  close(): Promise<void>;
}

export function startGenuine(espruino: string): GenuineBoard {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'chaincloud-flash-'));
  const pty: Pty = openPty();
  let printed = '';
  let child: ChildProcess;
  function start(): void {
    printed = '';
    child = spawn(espruino, [], { cwd: dir, stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin!.on('error', () => undefined);
    child.stdout!.on('data', (bytes: Buffer) => {
      printed += bytes.toString('latin1');
      pty.write(new Uint8Array(bytes));
    });
  }
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  pty.onData((bytes) => {
    if (child.stdin!.writable) child.stdin!.write(Buffer.from(bytes));
  });
  start();
  return {
    path: pty.path,
    dir,
    printed: () => printed,
    async restart() {
      await stop();
      start();
      await new Promise((resolve) => setTimeout(resolve, 500));
    },
    isRunning: () => child.exitCode === null && child.signalCode === null,
    async close() {
      await stop();
      pty.close();
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
}
