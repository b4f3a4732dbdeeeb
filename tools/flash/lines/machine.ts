// Whether a line between two machines keeps every octet: HSM-Cold and HSM-Hot, both at their prompts, or one board
// whose own output a wire leads back. One board writes bursts, the other (or the same) counts what it hears.
import type { PortData } from '../../../boards/board';
import { pause, type Runtime } from '../../../host/kit/runtime';
import { BITS_PER_BYTE } from '../../../host/sim/board/wire';
import type { Prompt } from '../prompt/prompt';
import { BURST_BYTES, BURSTS, type LineLoss } from './burst';

/** Between bursts the line is idle for longer than the slowest poll. */
const IDLE_MS = 120;
const A_BATCH = 20;
const SETTLE_MS = 300;
const MARK_BYTES = 8;

const serialOf = ({ serial, tx, rx }: PortData, baud: number): string =>
  `${serial}.setup(${baud},{${tx ? `tx:${tx},rx:${rx}` : ''}})`;

/** Counts from now on what comes in on the port. */
async function listen(prompt: Prompt, port: PortData): Promise<void> {
  await prompt.eval(
    `(global.$n=0,${serialOf(port, port.baud)},${port.serial}.removeAllListeners("data"),` +
      `${port.serial}.on("data",function(d){$n+=d.length;}),1)`,
  );
}

const heard = async (prompt: Prompt): Promise<number> => Number(await prompt.eval('$n'));

/** Writes bursts, each after the line was idle. */
async function send(prompt: Prompt, port: PortData, lenBytes: number, count: number, everyMs: number): Promise<void> {
  await prompt.eval(
    `(function(n,L){var o="";while(o.length<L)o+="chaincloud line ";o=o.substr(0,L);` +
      `var t=setInterval(function(){${port.serial}.write(o);if(!--n)clearInterval(t);},${everyMs});return 1;})` +
      `(${count},${lenBytes})`,
    { tries: 1 },
  );
}

async function stop(prompt: Prompt, port: PortData): Promise<void> {
  await prompt.eval(`(${port.serial}.removeAllListeners("data"),delete global.$n,1)`);
}

/** Does a wire lead what the port writes back to it? Writes a few octets, which any peer of ours drops. */
export async function isLoop(prompt: Prompt, port: PortData, runtime: Runtime): Promise<boolean> {
  await listen(prompt, port);
  await send(prompt, port, MARK_BYTES, 1, 1);
  await pause(runtime, SETTLE_MS);
  const count = await heard(prompt);
  await stop(prompt, port);
  return count === MARK_BYTES;
}

export interface MachineOptions {
  bursts?: number;
  onProgress?: (done: number, total: number) => void;
}

/** Octets that the listener did not hear of `bursts` from the sender. */
async function oneWay(
  from: Prompt,
  to: Prompt,
  port: PortData,
  runtime: Runtime,
  { bursts = BURSTS, onProgress }: MachineOptions,
): Promise<{ bursts: number; lost: number }> {
  const everyMs = Math.ceil((BURST_BYTES * BITS_PER_BYTE * 1000) / port.baud) + IDLE_MS;
  await listen(to, port);
  if (from !== to) await from.eval(`(${serialOf(port, port.baud)},1)`);
  let done = 0;
  let lost = 0;
  while (done < bursts && lost === 0) {
    const count = Math.min(A_BATCH, bursts - done);
    await send(from, port, BURST_BYTES, count, everyMs);
    await pause(runtime, count * everyMs + SETTLE_MS);
    done += count;
    lost = done * BURST_BYTES - (await heard(to));
    onProgress?.(done, bursts);
  }
  await stop(to, port);
  return { bursts: done, lost };
}

/** A line that a wire leads back: both ways are the same octets. */
export async function tryLoop(
  prompt: Prompt,
  port: PortData,
  runtime: Runtime,
  options: MachineOptions = {},
): Promise<LineLoss> {
  const { bursts, lost } = await oneWay(prompt, prompt, port, runtime, options);
  return { bursts, lenBytes: BURST_BYTES, lostTo: lost, lostFrom: 0, isSpoilt: false, baud: port.baud };
}

/** The line between this board and its peer, both at their prompts. */
export async function tryPeer(
  prompt: Prompt,
  peer: Prompt,
  port: PortData,
  runtime: Runtime,
  options: MachineOptions = {},
): Promise<LineLoss> {
  const to = await oneWay(peer, prompt, port, runtime, options);
  const from = to.lost === 0 ? await oneWay(prompt, peer, port, runtime, options) : { bursts: 0, lost: 0 };
  return {
    bursts: to.bursts,
    lenBytes: BURST_BYTES,
    lostTo: to.lost,
    lostFrom: from.lost,
    isSpoilt: false,
    baud: port.baud,
  };
}
