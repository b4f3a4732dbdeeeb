// One of the system's programs as an operator runs it: `chaincloud NAME --config FILE` under a supervisor that starts
// it again when it has ended.
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../host/kit/package';

const MAIN = join(ROOT, 'dist', 'tools', 'cli', 'main.js');
const START = `require(${JSON.stringify(MAIN)}).main(process.argv.slice(1))`;
const AGAIN_MS = 200;
const UP_LIMIT_MS = 60_000;
const LAST_LINES = 8;

export interface Program {
  name: string;
  /** What it ended of without being killed. */
  deaths: string[];
  start(): void;
  /** Kills it with SIGKILL and starts it again. */
  kill(): Promise<void>;
  /** Resolves once it has said that it is up. */
  ready(): Promise<void>;
  /** Kills it for good. */
  end(): Promise<void>;
  /** The last lines that it wrote. */
  lastLines(): string;
}

/** `readyText`: what it says once it is up. `settings`: of its file, in `folder`. */
export function createProgram(name: string, folder: string, settings: object, readyText: RegExp): Program {
  const config = join(folder, `${name}.json`);
  writeFileSync(config, JSON.stringify(settings));
  const deaths: string[] = [];
  let child: ChildProcess | undefined;
  let isEnded = false;
  let isReady = false;
  let lines: string[] = [];

  function start(): void {
    const mine = spawn(process.execPath, ['-e', START, '--', name, '--config', config], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (bytes: Buffer): void => {
      lines = [...lines, ...bytes.toString().trimEnd().split('\n')].slice(-LAST_LINES);
      if (readyText.test(bytes.toString())) isReady = true;
    };
    mine.stdout.on('data', hear);
    mine.stderr.on('data', hear);
    mine.once('exit', (code, signal) => {
      if (child !== mine) return; // killed, or followed by another
      isReady = false;
      if (signal !== 'SIGKILL') deaths.push(`${name} ended with ${code ?? signal}: ${lines.at(-1) ?? ''}`);
      if (!isEnded) setTimeout(() => child === mine && !isEnded && start(), AGAIN_MS);
    });
    isReady = false;
    child = mine;
  }

  async function end(): Promise<void> {
    const mine = child;
    child = undefined;
    if (!mine || mine.exitCode !== null || mine.signalCode !== null) return;
    const gone = new Promise((done) => mine.once('exit', done));
    mine.kill('SIGKILL');
    await gone;
  }

  return {
    name,
    deaths,
    start,
    async kill() {
      await end();
      start();
    },
    async ready() {
      for (const endMs = Date.now() + UP_LIMIT_MS; !isReady;) {
        if (Date.now() > endMs) throw new Error(`${name} does not come up: ${lines.join(' | ')}`);
        await new Promise((done) => setTimeout(done, 50));
      }
    },
    end() {
      isEnded = true;
      return end();
    },
    lastLines: () => lines.join('\n'),
  };
}
