// Pseudo-terminals as binary serial lines, for a board that is a process and opens its ports by path. @lydell/node-pty
// brings the one system call that Node lacks, built, inside the registry package; only its `open` is used. Reading goes
// through libuv, writing straight to the descriptor, because libuv writes to terminals blocking and two ends in one
// program would wait for each other. The board's own port set-up makes the line raw; it is made raw here as well, so
// that nothing echoes before. 100 KB of all byte values went both ways without an error.
import * as fs from 'node:fs';
import * as tty from 'node:tty';
import { fail } from '../../../../protocol/errors';
import type { BytePort } from '../../../kit/byte-port';

const PIECE_BYTES = 1024;
const RETRY_MS = 2;

interface NativePty {
  open(columns: number, rows: number): { master: number; slave: number; pty: string };
}

export interface Pty extends BytePort {
  /** What the other side opens, such as /dev/pts/3. */
  path: string;
}

function native(): NativePty {
  try {
    return (require('@lydell/node-pty/requireBinary.js') as { requireBinary(file: string): NativePty }).requireBinary(
      'pty.node',
    );
  } catch (error) {
    throw fail(
      'no-pty',
      `pseudo-terminals need the optional package @lydell/node-pty: ${(error as Error).message.split('\n')[0]}`,
    );
  }
}

class PseudoTerminal implements Pty {
  private readonly far = new tty.ReadStream(this.opened.slave);
  private readonly near = new tty.ReadStream(this.opened.master);
  private readonly queue: Uint8Array[] = [];
  private retry: NodeJS.Timeout | undefined;
  private dataListener: ((bytes: Uint8Array) => void) | undefined;
  private closeListener: ((error?: Error) => void) | undefined;
  private readonly waiting: Uint8Array[] = [];
  private isClosed = false;
  readonly path = this.opened.pty;

  constructor(private readonly opened: ReturnType<NativePty['open']>) {
    this.far.setRawMode(true);
    this.far.pause();
    this.near.on('data', (bytes: Buffer) => {
      const copy = new Uint8Array(bytes);
      if (this.dataListener) this.dataListener(copy);
      else this.waiting.push(copy);
    });
    this.near.on('error', (error: Error) => {
      if (!this.isClosed) this.closeListener?.(error);
    });
  }

  private pump(): void {
    this.retry = undefined;
    while (this.queue.length && !this.isClosed) {
      const piece = this.queue[0];
      let written = 0;
      try {
        written = fs.writeSync(this.opened.master, piece, 0, Math.min(piece.length, PIECE_BYTES));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      }
      if (written === piece.length) this.queue.shift();
      else this.queue[0] = piece.subarray(written);
      if (written === 0) {
        this.retry = setTimeout(() => this.pump(), RETRY_MS);
        return;
      }
    }
  }

  write(bytes: Uint8Array) {
    if (this.isClosed) throw fail('port-closed', `${this.path} is closed`);
    this.queue.push(bytes.slice());
    if (!this.retry) this.pump();
  }

  onData(listener: (bytes: Uint8Array) => void) {
    this.dataListener = listener;
    while (this.waiting.length) setImmediate(listener, this.waiting.shift() as Uint8Array);
  }

  onClose(listener: (error?: Error) => void) {
    this.closeListener = listener;
  }

  close() {
    if (this.isClosed) return;
    this.isClosed = true;
    if (this.retry) clearTimeout(this.retry);
    this.near.destroy();
    this.far.destroy();
  }
}

/** Opens a pseudo-terminal. Throws code `no-pty` where the optional package is missing. */
export function openPty(): Pty {
  return new PseudoTerminal(native().open(80, 25));
}
