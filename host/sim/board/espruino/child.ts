// Processes that must not outlive this program: each is killed by its own id when the program ends, however it ends.
import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** From util-linux: makes the kernel end the child when this program is killed in a way that it cannot see. */
const SETPRIV = '/usr/bin/setpriv';
const MS_PER_TICK = 10;

const running = new Set<ChildProcess>();
let isWatching = false;

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

function watchEnd(): void {
  if (isWatching) return;
  isWatching = true;
  process.on('exit', killAll);
  for (const signal of SIGNALS) {
    const onSignal = (): void => {
      // Where somebody else handles the signal, that one decides when to end, and 'exit' follows.
      if (process.listenerCount(signal) > 1) return;
      killAll();
      process.removeListener(signal, onSignal);
      process.kill(process.pid, signal);
    };
    process.on(signal, onSignal);
  }
}

/** Starts `file` in `cwd` with pipes for its standard streams. It ignores polite signals: end it with SIGKILL. */
export function startChild(file: string, cwd: string): ChildProcess {
  watchEnd();
  const hasSetpriv = fs.existsSync(SETPRIV);
  const child = spawn(hasSetpriv ? SETPRIV : file, hasSetpriv ? ['--pdeathsig', 'KILL', file] : [], {
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/** CPU time of a process (ms) so far, 0 when it is gone. */
export function cpuMsOf(pid: number): number {
  try {
    const fields = fs
      .readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  } catch {
    return 0;
  }
}

/** Paths that a process holds open. */
export function openPathsOf(pid: number): string[] {
  try {
    const dir = `/proc/${pid}/fd`;
    return fs.readdirSync(dir).map((fd) => fs.readlinkSync(`${dir}/${fd}`));
  } catch {
    return [];
  }
}
