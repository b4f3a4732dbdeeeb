// Whether a board's lines keep every octet, as rows of the bench: the same trials that `chaincloud flash` makes before
// a board gets a role, whatever their outcome. All ESP32 boards have the line between the boards on the same pins.
import { LINK, USB_CONSOLE } from '../../../boards/espruino/esp32-chip';
import type { Runtime } from '../../../host/kit/runtime';
import { tryLine, type LineLoss } from '../../flash/lines/burst';
import { isLoop, tryLoop, tryPeer } from '../../flash/lines/machine';
import type { ProveOptions } from '../../flash/lines/prove';
import { isWhole, lossText } from '../../flash/lines/verdict';
import { PC_BOARD } from '../../flash/prompt/pacemaker';
import { findPrompt, type Prompt } from '../../flash/prompt/prompt';
import type { OpenPort } from '../../serial/open';
import type { BenchFigure } from './chip';

type TrialOptions = Pick<ProveOptions, 'bursts' | 'peer' | 'onTrial'>;

interface Rows {
  rows: BenchFigure[];
  findings: string[];
}

function take({ rows, findings }: Rows, name: string, loss: LineLoss): void {
  const total = loss.bursts * loss.lenBytes;
  rows.push(
    { name: `${name}, lost to the board`, value: loss.lostTo, unit: `of ${total} octets` },
    { name: `${name}, lost from it`, value: loss.lostFrom, unit: `of ${total} octets` },
  );
  if (!isWhole(loss)) findings.push(`${name} loses octets (${lossText(loss)}): no board gets a role with this base`);
}

/** The line between the boards, where a wire leads it back or a peer is at its end. */
async function machineTrial(
  prompt: Prompt,
  runtime: Runtime,
  { bursts, peer, onTrial }: TrialOptions,
  rows: Rows,
): Promise<void> {
  const name = `line ${LINK.serial}, ${LINK.baud} baud`;
  const trial = { bursts, onProgress: (done: number, total: number) => onTrial?.(name, done, total) };
  if (peer) take(rows, name, await tryPeer(prompt, peer, LINK, runtime, trial));
  else if (await isLoop(prompt, LINK, runtime)) take(rows, name, await tryLoop(prompt, LINK, runtime, trial));
  else rows.rows.push({ name, value: 'not tried', unit: `(join ${LINK.tx} and ${LINK.rx}, or give --peer)` });
}

/** The trials of a board at its prompt; none where `bursts` is left out, or the board is a process on a PC. */
export async function trialRows(
  prompt: Prompt,
  port: OpenPort,
  runtime: Runtime,
  options: TrialOptions,
): Promise<Rows> {
  const rows: Rows = { rows: [], findings: [] };
  const { bursts, onTrial } = options;
  if (bursts === undefined || prompt.board === PC_BOARD) return rows;
  const baud = port.baud ?? USB_CONSOLE.baud;
  const name = `line Serial1, ${baud} baud`;
  take(
    rows,
    name,
    await tryLine(prompt, port, runtime, {
      bursts,
      baud,
      promptBaud: baud,
      onProgress: (done, total) => onTrial?.(name, done, total),
    }),
  );
  await machineTrial(await findPrompt(port, runtime, port.baud ? { baud } : {}), runtime, options, rows);
  return rows;
}
