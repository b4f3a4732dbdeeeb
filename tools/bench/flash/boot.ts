// How long HSM-Cold takes from power-on to `ready` when the genuine interpreter boots it from a slot in Storage.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { openPty } from '../../../host/sim/board/espruino/pty';
import { storageOf } from '../../flash/rom/rom-plan';

const LIMIT_MS = 30_000;

/** Milliseconds until `pattern` comes; the process is ended then. Throws when it does not. */
function timeUntil(
  espruino: string,
  dir: string,
  pattern: RegExp,
  listen: (give: (text: string) => void) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    const child = spawn(espruino, [], { cwd: dir, stdio: ['pipe', 'pipe', 'ignore'] });
    let seen = '';
    const timer = setTimeout(() => end(() => reject(new Error('the interpreter did not get ready'))), LIMIT_MS);
    const end = (act: () => void): void => {
      clearTimeout(timer);
      child.once('exit', act);
      child.kill('SIGKILL');
    };
    let isDone = false;
    const take = (text: string): void => {
      seen += text;
      if (isDone || !pattern.test(seen)) return;
      isDone = true;
      const ms = performance.now() - startMs;
      end(() => resolve(ms));
    };
    child.stdout.on('data', (bytes: Buffer) => take(bytes.toString('latin1')));
    listen(take);
  });
}

/** imageFile: the image of board linux. */
export async function bootTimes(espruino: string, imageFile: string): Promise<{ readyMs: number; promptMs: number }> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'chaincloud-boot-'));
  const pty = openPty();
  try {
    const promptMs = await timeUntil(espruino, dir, /\n>/, () => undefined);
    fs.writeFileSync(path.join(dir, 'espruino.flash'), storageOf(imageFile).data);
    fs.writeFileSync(path.join(dir, 'ports.json'), JSON.stringify({ console: pty.path, debug: true }));
    const readyMs = await timeUntil(espruino, dir, /hsm-cold ready/, (give) =>
      pty.onData((bytes) => give(Buffer.from(bytes).toString('latin1'))),
    );
    return { readyMs, promptMs };
  } finally {
    pty.close();
    fs.rmSync(dir, { recursive: true, force: true });
  }
}
