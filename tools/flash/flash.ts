// Flashing a board from whatever state it is in: at the prompt, running an HSM image, or in need of a reset; then the
// upload, the restart and what the image says of its self-test.
import { CONSOLE_BAUD } from '../../boards/espruino/esp32-chip';
import { faultsOf } from '../../boards/espruino/builds';
import { fail } from '../../protocol/errors';
import { pause, type Runtime } from '../../host/kit/runtime';
import { CANCEL_LINE, createConsoleClient } from '../../host/operator';
import type { OpenPort } from '../serial/open';
import { eraseStorage } from './storage/erase';
import type { DeviceImage } from './storage/image';
import { PC_BOARD } from './prompt/pacemaker';
import { withHot } from './hot/host-line';
import { proveLines, type Proved, type ProveOptions } from './lines/prove';
import { EXTERNAL_RISK, isExternal, probeBoard, requireSilentRadios } from './prompt/probe';
import { findPrompt, type Prompt } from './prompt/prompt';
import { rollBack, type RollbackResult } from './rollback';
import type { ImageInfo } from './storage/slots';
import { aFittingImage, isSameImage, uploadImage, type UploadOptions, type UploadResult } from './upload';

const RESTART_MS = 1500;
/** What is left when a board gives no prompt at all: Ctrl-C ends no program on a chip. */
const LAST_WAY =
  'What always works is the ROM loader: "chaincloud flash --storage --board BOARD --role ROLE" writes all of Storage ' +
  '(keys and journal lie elsewhere and stay; archives of payments and batches go)';
const CONSOLE_MS = 8000;
const CONSOLE_QUIET_MS = 1500;
export const READY_LIMIT_MS = 30_000;

/** What reaching a board's prompt needs. */
export interface ReachOptions {
  port: OpenPort;
  runtime: Runtime;
  /** Asks a person for the PIN that a provisioned HSM-Cold wants before it gives its prompt. */
  askPin?: () => Promise<string>;
  /** A paired HSM-Hot may be erased for its prompt. */
  isUnpairing?: boolean;
  say?: (text: string) => void;
}

export interface FlashOptions extends ReachOptions, UploadOptions, Pick<ProveOptions, 'bursts' | 'peer' | 'onTrial'> {
  image: DeviceImage;
  /** Empties Storage first (erase.ts). The journal with the keys lies elsewhere and stays. */
  erase?: boolean;
}

export interface Started {
  /** What the image said after the restart; undefined where it has no text console on this line. */
  ready?: string;
  readyMs?: number;
}

export interface FlashResult extends UploadResult, Started {
  version: string;
  espruinoBoard: string;
  uploadMs: number;
}

/** True when an HSM image answers on the line. What was sent before, or a question left open, is cancelled first. */
async function isConsole({ port, runtime }: ReachOptions): Promise<boolean> {
  let seen = '';
  port.onData((bytes) => void (seen += Buffer.from(bytes).toString('latin1')));
  port.write(new Uint8Array(Buffer.from(`${CANCEL_LINE}\n`)));
  await pause(runtime, CONSOLE_QUIET_MS);
  seen = '';
  port.write(new Uint8Array(Buffer.from('status\n')));
  for (let waited = 0; waited < CONSOLE_MS && !/Uncaught/.test(seen); waited += 100) {
    await pause(runtime, 100);
    if (/(^|\n)board \S+ commit [^]*\nok\r?\n/.test(seen)) return true;
  }
  return false;
}

/** Asks a running image for the prompt; it restarts without starting itself. */
async function askForService(options: ReachOptions): Promise<void> {
  const client = createConsoleClient({ port: options.port });
  let pin: string | undefined;
  const run = (): Promise<string[]> =>
    client.run('service', (question) => (question.startsWith('PIN') ? pin : undefined));
  await run().catch(async (error: { code?: string }) => {
    if (error.code !== 'operator-question' || !options.askPin) throw error;
    pin = await options.askPin();
    return run();
  });
}

const findOn = ({ port, runtime }: ReachOptions): Promise<Prompt> =>
  findPrompt(port, runtime, port.baud ? { baud: port.baud } : {});

/** Gets to the prompt by every way there is. */
export async function reachPrompt(options: ReachOptions): Promise<Prompt> {
  const { port, runtime, say } = options;
  const find = (): Promise<Prompt> => findOn(options);
  try {
    return await find();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== 'board-silent' && code !== 'not-espruino') throw error;
    if (await isConsole(options)) {
      say?.('an HSM image answers: asking it for the prompt');
      await askForService(options);
      await pause(runtime, RESTART_MS);
      return find();
    }
    if (port.resetBoard) {
      say?.('no prompt: restarting the board');
      await port.resetBoard();
      await pause(runtime, RESTART_MS);
    }
    const hot = await promptOfHot(options);
    if (hot) return find();
    return find().catch((last: Error & { code?: string }) => {
      if (last.code !== 'board-silent' && last.code !== 'not-espruino') throw last;
      throw fail(last.code, `${last.message.replace(`${last.code}: `, '')}. ${LAST_WAY}`);
    });
  }
}

/** HSM-Hot's prompt by its line to the gateway; false where none answers there. Throws `hot-paired`, `hot-late`. */
async function promptOfHot(options: ReachOptions): Promise<boolean> {
  const { port, runtime, say } = options;
  const given = await withHot(port, runtime, port.baud ?? CONSOLE_BAUD, async (hot) => {
    say?.(`HSM-Hot answers on this port, its line to the gateway: ${hot.board}, commit ${hot.commit}`);
    if (hot.isPaired && !options.isUnpairing)
      throw fail(
        'hot-paired',
        'HSM-Hot holds a link key, which its prompt on this line costs it: give --unpair, and pair both boards again ' +
          'afterwards; or take the prompt with "service" at its own console, which keeps the key',
      );
    return hot.givePrompt();
  });
  if (!given) return false;
  say?.(`HSM-Hot is erased; its prompt will be on ${given.serial} at ${given.baud} baud`);
  await pause(runtime, RESTART_MS);
  return true;
}

/** Restarts the board and waits for the image's own word. Throws `selftest-failed`. */
export async function restart(
  prompt: Prompt,
  role: ImageInfo['role'],
  { runtime, port }: ReachOptions,
): Promise<Started> {
  const startMs = runtime.nowMs();
  prompt.line.clear();
  prompt.line.send(prompt.board === PC_BOARD ? 'load()\n' : 'E.reboot()\n');
  if (prompt.board === PC_BOARD || role === 'hot') return {};
  const ready = await prompt.line.until((seen) => /chaincloud hsm-(?:cold|hot) (\S+)/.exec(seen)?.[1], READY_LIMIT_MS);
  if (ready !== undefined && ready !== 'ready')
    throw fail(
      'selftest-failed',
      `the image is on the board and says "${ready}": look at "chaincloud console --port ${port.name}", command status`,
    );
  return ready === undefined ? {} : { ready, readyMs: runtime.nowMs() - startMs };
}

/**
 * Goes back to the image in the other slot (rollback.ts) and restarts. Throws what reaching the prompt throws, and
 * `no-other-image`.
 */
export async function rollBackBoard(options: ReachOptions): Promise<RollbackResult & Started> {
  const prompt = await reachPrompt(options);
  const result = await rollBack(prompt);
  return { ...result, ...(await restart(prompt, result.to.image!.role, options)) };
}

/** Refuses what the image is not for, then tries the lines, unless the board has this very image. */
async function acceptRole(prompt: Prompt, options: FlashOptions): Promise<Proved> {
  const { image } = options;
  const state = await probeBoard(prompt);
  aFittingImage(state, image, options.force === true);
  const now = state.active?.image;
  if (isSameImage(now, image)) return { prompt };
  return proveLines(prompt, () => findOn(options), now?.proof, { ...options, info: image.info });
}

/**
 * Flashes the image. Throws what reaching the prompt and uploading throw, `radio-on`, `line-loses` and
 * `selftest-failed`.
 */
export async function flashBoard(options: FlashOptions): Promise<FlashResult> {
  const { runtime, say } = options;
  const reached = await reachPrompt(options);
  say?.(`Espruino ${reached.version} on ${reached.board}`);
  if (reached.board !== PC_BOARD) for (const fault of faultsOf(reached.version)) say?.(`this base ${fault}`);
  await requireSilentRadios(reached);
  if (await isExternal(reached)) say?.(EXTERNAL_RISK);
  const { prompt, proof } = await acceptRole(reached, options);
  if (options.erase) {
    say?.('erasing Storage');
    await eraseStorage(prompt, options.force === true);
  }
  const startMs = runtime.nowMs();
  const result = await uploadImage(prompt, options.image, { ...options, ...(proof ? { proof } : {}) });
  const uploadMs = runtime.nowMs() - startMs;
  const said = await restart(prompt, options.image.info.role, options);
  return { ...result, version: prompt.version, espruinoBoard: prompt.board, uploadMs, ...said };
}
