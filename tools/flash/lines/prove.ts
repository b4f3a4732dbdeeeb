// The trials that a board must pass before it gets a role: its own line, and those of its other lines that a wire leads
// back or whose other end is a board at its prompt. Nothing is written meanwhile.
import type { BoardData, PortData, PortName } from '../../../boards/board';
import type { Runtime } from '../../../host/kit/runtime';
import { boardNamed } from '../boards';
import { PC_BOARD } from '../prompt/pacemaker';
import { probeInterpreter } from '../prompt/probe';
import type { Prompt } from '../prompt/prompt';
import { BURSTS, burstMs, tryLine, type SpeedPort } from './burst';
import { isLoop, tryLoop, tryPeer } from './machine';
import { isProven, proofText, requireWhole } from './verdict';

export interface ProveOptions {
  port: SpeedPort & { baud?: number };
  runtime: Runtime;
  /** The image's board and role. */
  info: { board: string; role: 'cold' | 'hot' };
  /** How many bursts prove a line; default BURSTS. */
  bursts?: number;
  /** The other HSM's board, at its prompt. */
  peer?: Prompt;
  say?: (text: string) => void;
  /** line: what is tried. leftMs: about how long that still takes. */
  onTrial?: (line: string, done: number, total: number, leftMs?: number) => void;
}

/** The line on the USB socket, which every chip has on Serial1. */
const USB_SERIAL = 'Serial1';
const NAMES: { [name in PortName]: string } = {
  console: 'the console line',
  host: 'the line to the gateway',
  link: 'the line between the boards',
  modem0: "the modem's line",
  modem1: "the second modem's line",
};

function portsOf(board: BoardData, role: 'cold' | 'hot'): [PortName, PortData][] {
  return Object.entries(board.ports[role]) as [PortName, PortData][];
}

/** Progress with the time that is left, measured by what is done. */
function progressOf({ runtime, onTrial }: ProveOptions, line: string): (done: number, total: number) => void {
  const startMs = runtime.nowMs();
  return (done, total) => onTrial?.(line, done, total, ((runtime.nowMs() - startMs) / done) * (total - done));
}

/** Tries the lines that lead to other machines, as far as the wiring allows. Throws `line-loses`. */
async function proveMachineLines(prompt: Prompt, board: BoardData, options: ProveOptions): Promise<void> {
  const { runtime, info, bursts, peer, say } = options;
  for (const [name, port] of portsOf(board, info.role)) {
    if (port.serial === USB_SERIAL) continue;
    if (port.baud > board.limits.baud)
      say?.(
        `${NAMES[name]} runs at ${port.baud} baud: an erase of flash may cost it octets above ${board.limits.baud}, ` +
          'which are asked for again',
      );
    const trial = { bursts, onProgress: progressOf(options, NAMES[name]) };
    if (name === 'link' && peer) requireWhole(NAMES[name], await tryPeer(prompt, peer, port, runtime, trial));
    else if (await isLoop(prompt, port, runtime))
      requireWhole(NAMES[name], await tryLoop(prompt, port, runtime, trial));
    else say?.(`${NAMES[name]} (${port.serial}) was not tried: nothing leads back on it; "chaincloud bench" can`);
  }
}

export interface Proved {
  prompt: Prompt;
  /** To be kept with the image. */
  proof?: string;
}

/**
 * Tries the lines, unless `proof` (of the image that boots now) says that it was done with this base. find: the prompt
 * anew, since a trial takes the line for itself. Throws `line-loses`, and what prompts throw.
 */
export async function proveLines(
  prompt: Prompt,
  find: () => Promise<Prompt>,
  proof: string | undefined,
  options: ProveOptions,
): Promise<Proved> {
  const { port, runtime, info, bursts = BURSTS, peer, say } = options;
  if (prompt.board === PC_BOARD) return { prompt };
  const board = boardNamed(info.board);
  const usb = portsOf(board, info.role).find(([, each]) => each.serial === USB_SERIAL);
  if (!usb || (await prompt.eval(`E.getConsole()===${USB_SERIAL}`)) !== true) {
    say?.(`the board's line was not tried: its prompt is not on ${USB_SERIAL}`);
    return { prompt };
  }
  const [name, { baud }] = usb;
  const { version, gitCommit } = await probeInterpreter(prompt);
  const trial = { version, gitCommit, baud, bursts };
  if (!peer && isProven(proof, trial)) return { prompt, proof: proof! };
  const minutes = Math.ceil(burstMs(bursts, baud) / 60_000);
  say?.(
    `trying ${NAMES[name]}: ${bursts} bursts each way at ${baud} baud, about ${minutes} min, once for a base ` +
      '(--bursts N: fewer)',
  );
  const promptBaud = port.baud ?? baud;
  const loss = await tryLine(prompt, port, runtime, {
    bursts,
    baud,
    promptBaud,
    onProgress: progressOf(options, NAMES[name]),
  });
  requireWhole(NAMES[name], loss);
  const again = await find();
  await proveMachineLines(again, board, options);
  return { prompt: again, proof: proofText(trial) };
}
