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

/** Opens a pseudo-terminal. Throws code `no-pty` where the optional package is missing. */
export function openPty(): Pty {
  const { master, slave, pty } = native().open(80, 25);
  const far = new tty.ReadStream(slave);
  far.setRawMode(true);
  far.pause();
  const near = new tty.ReadStream(master);
  const queue: Uint8Array[] = [];
  let retry: NodeJS.Timeout | undefined;
  let onData: ((bytes: Uint8Array) => void) | undefined;
  let onClose: ((error?: Error) => void) | undefined;
  const waiting: Uint8Array[] = [];
  let isClosed = false;

  const pump = (): void => {
    retry = undefined;
    while (queue.length && !isClosed) {
      const piece = queue[0];
      let written = 0;
      try {
        written = fs.writeSync(master, piece, 0, Math.min(piece.length, PIECE_BYTES));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      }
      if (written === piece.length) queue.shift();
      else queue[0] = piece.subarray(written);
      if (written === 0) {
        retry = setTimeout(pump, RETRY_MS);
        return;
      }
    }
  };

  near.on('data', (bytes: Buffer) => {
    const copy = new Uint8Array(bytes);
    if (onData) onData(copy);
    else waiting.push(copy);
  });
  near.on('error', (error: Error) => {
    if (!isClosed) onClose?.(error);
  });

  return {
    path: pty,
    write(bytes) {
      if (isClosed) throw fail('port-closed', `${pty} is closed`);
      queue.push(bytes.slice());
      if (!retry) pump();
    },
    onData(listener) {
      onData = listener;
      while (waiting.length) setImmediate(listener, waiting.shift() as Uint8Array);
    },
    onClose: (listener) => void (onClose = listener),
    close() {
      if (isClosed) return;
      isClosed = true;
      if (retry) clearTimeout(retry);
      near.destroy();
      far.destroy();
    },
  };
}
