// Flashing a board from whatever state it is in: at the prompt, running an HSM image, or in need of a reset; then the
// upload, the restart and what the image says of its self-test.
import { fail } from '../../protocol/errors';
import type { Runtime } from '../../host/runtime';
import { createConsoleClient } from '../../host/operator';
import type { OpenPort } from '../serial/open';
import type { DeviceImage } from './image';
import { findPrompt, type Prompt } from './prompt';
import { uploadImage, type UploadOptions, type UploadResult } from './upload';

const RESTART_MS = 1500;
/** Ctrl-C is sent for so long after a reset: it breaks an image while it loads, before it takes the console. */
const BREAK_MS = 3000;
const CONSOLE_MS = 8000;
const CONSOLE_QUIET_MS = 1500;
export const READY_LIMIT_MS = 30_000;

export interface FlashOptions extends UploadOptions {
  port: OpenPort;
  runtime: Runtime;
  image: DeviceImage;
  /** Empties Storage first. The journal with the keys lies elsewhere and stays. */
  erase?: boolean;
  /** Asks a person for the PIN that a provisioned HSM-Cold wants before it gives its prompt. */
  askPin?: () => Promise<string>;
  say?: (text: string) => void;
}

export interface FlashResult extends UploadResult {
  version: string;
  espruinoBoard: string;
  uploadMs: number;
  /** What the image said after the restart; undefined where it has no text console on this line. */
  ready?: string;
  readyMs?: number;
}

const wait = (runtime: Runtime, ms: number): Promise<void> => new Promise((resolve) => void runtime.after(ms, resolve));

/** True when an HSM image answers on the line: its help is read to the end, and keys sent before are flushed out of its line. */
async function isConsole({ port, runtime }: FlashOptions): Promise<boolean> {
  let seen = '';
  port.onData((bytes) => void (seen += Buffer.from(bytes).toString('latin1')));
  port.write(new Uint8Array(Buffer.from('\n')));
  await wait(runtime, CONSOLE_QUIET_MS);
  seen = '';
  port.write(new Uint8Array(Buffer.from('status\n')));
  for (let waited = 0; waited < CONSOLE_MS && !/Uncaught/.test(seen); waited += 100) {
    await wait(runtime, 100);
    if (/(^|\n)board \S+ commit [^]*\nok\r?\n/.test(seen)) return true;
  }
  return false;
}

/** Asks a running image for the prompt; it restarts without starting itself. */
async function askForService(options: FlashOptions): Promise<void> {
  const client = createConsoleClient({ port: options.port });
  let pin: string | undefined;
  const run = (): Promise<string[]> => client.run('service', (question) => (question.startsWith('PIN') ? pin : undefined));
  await run().catch(async (error: { code?: string }) => {
    if (error.code !== 'operator-question' || !options.askPin) throw error;
    pin = await options.askPin();
    return run();
  });
}

/** Gets to the prompt by every way there is. */
async function reachPrompt(options: FlashOptions): Promise<Prompt> {
  const { port, runtime, say } = options;
  const find = (): Promise<Prompt> => findPrompt(port, runtime, port.baud ? { baud: port.baud } : {});
  try {
    return await find();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== 'board-silent' && code !== 'not-espruino') throw error;
    if (await isConsole(options)) {
      say?.('an HSM image answers: asking it for the prompt');
      await askForService(options);
      await wait(runtime, RESTART_MS);
      return find();
    }
    if (!port.resetBoard) throw error;
    say?.('no prompt: restarting the board');
    await port.resetBoard();
    for (let waited = 0; waited < BREAK_MS; waited += 100) {
      port.write(new Uint8Array([3]));
      await wait(runtime, 100);
    }
    return find();
  }
}

/** Restarts the board and waits for the image's own word. */
async function restart(prompt: Prompt, options: FlashOptions): Promise<{ ready?: string; readyMs?: number }> {
  const { runtime, image } = options;
  const startMs = runtime.nowMs();
  prompt.line.clear();
  prompt.line.send(prompt.board === 'LINUX' ? 'load()\n' : 'E.reboot()\n');
  if (prompt.board === 'LINUX' || image.info.role === 'hot') return {};
  const ready = await prompt.line.until((seen) => /chaincloud hsm-(?:cold|hot) (\S+)/.exec(seen)?.[1], READY_LIMIT_MS);
  return ready === undefined ? {} : { ready, readyMs: runtime.nowMs() - startMs };
}

/** Flashes the image. Throws what reaching the prompt and uploading throw, and `selftest-failed`. */
export async function flashBoard(options: FlashOptions): Promise<FlashResult> {
  const { runtime, say } = options;
  const prompt = await reachPrompt(options);
  say?.(`Espruino ${prompt.version} on ${prompt.board}`);
  if (/^2v29(\.0)?$/.test(prompt.version) && prompt.board === 'ESP32') say?.('this version loses UART bytes in bursts: uploads may need repeats; a build after 2v29 is better');
  if (options.erase) {
    say?.('erasing Storage');
    await prompt.eval('require("Storage").eraseAll()', { timeoutMs: 60_000 });
  }
  const startMs = runtime.nowMs();
  const result = await uploadImage(prompt, options.image, options);
  const uploadMs = runtime.nowMs() - startMs;
  const said = await restart(prompt, options);
  if (said.ready !== undefined && said.ready !== 'ready') {
    throw fail('selftest-failed', `the image is on the board and says "${said.ready}": look at "chaincloud console --port ${options.port.name}", command status`);
  }
  return { ...result, version: prompt.version, espruinoBoard: prompt.board, uploadMs, ...said };
}
