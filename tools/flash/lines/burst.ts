// Whether a line between a program and a board keeps every octet: bursts go to the board, each after the line was idle,
// and the board gives one back for each. The interpreter's console is off the line meanwhile, because its own input
// comes another way than what a program on the board hears; some builds of Espruino lose most of the latter.
// Leaves to others: what is done about the result (verdict.ts), lines that no program is on (machine.ts).
import { fail } from '../../../protocol/errors';
import type { BytePort } from '../../../host/kit/byte-port';
import { pause, type Runtime } from '../../../host/kit/runtime';
import { BITS_PER_BYTE } from '../../../host/sim/board/wire';
import type { Prompt } from '../prompt/prompt';

/** How many bursts prove a line. */
export const BURSTS = 1000;
export const BURST_BYTES = 512;
/** After so many bursts a line that has lost octets is not tried further. */
export const ENOUGH_BURSTS = 20;
const SUM_MODULUS = 1_000_003;
/** The board gives an unfinished burst up after so long without an octet, and the whole test after the second time. */
const PAUSE_MS = 300;
const GIVE_UP_MS = 5000;
const START_MS = 200;
/** What a burst takes beside the octets' own time: an idle board's poll, and its answer. */
const TURN_MS = 120;

export interface LineLoss {
  /** Bursts tried, of so many octets each way. */
  bursts: number;
  lenBytes: number;
  /** Octets that did not come, to the board and from it. */
  lostTo: number;
  lostFrom: number;
  /** All came, and not as they were sent. */
  isSpoilt: boolean;
  baud: number;
}

export interface BurstOptions {
  bursts?: number;
  /** Speed of the line while it is tried, and before and after. */
  baud: number;
  promptBaud: number;
  onProgress?: (done: number, total: number) => void;
}

/** A port whose speed can be changed while it is open, where it has one. */
export type SpeedPort = BytePort & { setBaud?(baud: number): Promise<void> };

/** How long so many bursts each way take, as long as all goes well. */
export function burstMs(bursts: number, baud: number): number {
  return bursts * ((2 * BURST_BYTES * BITS_PER_BYTE * 1000) / baud + TURN_MS);
}

/** Octets of the n-th burst: none of them is a key of the prompt, should the board be there. */
function burstNo(n: number): Uint8Array {
  return new Uint8Array(BURST_BYTES).map((_, i) => 32 + ((i * 7 + n * 13) % 223));
}

/** What the board gives back begins with its counts; the rest is this. */
const FILLER = 'for(i=0;o.length<L;i++)o+=String.fromCharCode(32+i*7%223);';

/**
 * On the board: n bursts of L octets at B baud, then back to the console at R. Each answer is as long as a burst and
 * begins with how many octets came so far and their sum.
 */
const TRIAL =
  `(function(n,L,B,R){var S=Serial1,k=0,b=0,g=0,a=0,w,o="",i;${FILLER}` +
  'function end(){S.removeAllListeners("data");S.setup(R,{flow:"xon"});E.setConsole(S,{force:true});}' +
  'function say(){var t=g+" "+a+" ";k++;b=0;S.write(t+o.substr(t.length));' +
  `w=setTimeout(end,k<n?${GIVE_UP_MS}:${START_MS});}` +
  'setTimeout(function(){E.setConsole(null,{force:true});S.setup(B);S.removeAllListeners("data");' +
  'S.on("data",function(d){clearTimeout(w);b+=d.length;g+=d.length;' +
  `a=(a+E.sum(E.toUint8Array(d)))%${SUM_MODULUS};w=setTimeout(say,b<L?${PAUSE_MS}:1);});` +
  `w=setTimeout(end,${GIVE_UP_MS});},${START_MS});return 1;})`;

/** Collects what comes, and waits for it. */
class Listener {
  text = '';
  private poke: (() => void) | undefined;
  private gone = false;

  constructor(
    port: BytePort,
    private readonly runtime: Runtime,
  ) {
    port.onData((bytes) => {
      this.text += Buffer.from(bytes).toString('latin1');
      this.poke?.();
    });
    port.onClose(() => {
      this.gone = true;
      this.poke?.();
    });
  }

  /** Waits until so much came, or until nothing has come for `quietMs`. Throws `port-gone`. */
  async until(lenBytes: number, quietMs: number): Promise<void> {
    while (this.text.length < lenBytes) {
      const before = this.text.length;
      const isMore = await new Promise<boolean>((resolve) => {
        const timer = this.runtime.after(quietMs, () => resolve(false));
        this.poke = () => {
          timer.cancel();
          resolve(true);
        };
      });
      this.poke = undefined;
      if (this.gone) throw fail('port-gone', 'the line was closed while it was tried: nothing was written');
      if (!isMore && this.text.length === before) return;
    }
  }
}

/** The counts at the head of an answer. */
function countsOf(answer: string): { got: number; sum: number } | undefined {
  const match = /^(\d+) (\d+) /.exec(answer);
  return match ? { got: Number(match[1]), sum: Number(match[2]) } : undefined;
}

/**
 * Tries the line that the prompt is on. The prompt is there again afterwards, to be found anew: the line has had
 * another listener. Throws `port-gone`, and what the prompt throws.
 */
export async function tryLine(
  prompt: Prompt,
  port: SpeedPort,
  runtime: Runtime,
  options: BurstOptions,
): Promise<LineLoss> {
  const { bursts = BURSTS, baud, promptBaud, onProgress } = options;
  const turnMs = (2 * BURST_BYTES * BITS_PER_BYTE * 1000) / baud + PAUSE_MS + 10 * TURN_MS;
  await prompt.eval(`${TRIAL}(${bursts},${BURST_BYTES},${baud},${promptBaud})`, { tries: 1 });
  const heard = new Listener(port, runtime);
  await port.setBaud?.(baud);
  await pause(runtime, 2 * START_MS);
  const loss: LineLoss = { bursts: 0, lenBytes: BURST_BYTES, lostTo: 0, lostFrom: 0, isSpoilt: false, baud };
  let sum = 0;
  while (loss.bursts < bursts) {
    const bytes = burstNo(loss.bursts);
    sum = bytes.reduce((all, byte) => (all + byte) % SUM_MODULUS, sum);
    heard.text = '';
    port.write(bytes);
    await heard.until(BURST_BYTES, turnMs);
    loss.bursts++;
    loss.lostFrom += Math.max(0, BURST_BYTES - heard.text.length);
    const counts = countsOf(heard.text);
    loss.lostTo = counts ? loss.bursts * BURST_BYTES - counts.got : loss.lostTo + BURST_BYTES;
    if (counts && loss.lostTo === 0 && counts.sum !== sum) loss.isSpoilt = true;
    onProgress?.(loss.bursts, bursts);
    if (loss.bursts >= ENOUGH_BURSTS && loss.lostTo + loss.lostFrom > 0) break;
  }
  await pause(runtime, loss.bursts < bursts ? GIVE_UP_MS + 2 * START_MS : 3 * START_MS);
  await port.setBaud?.(promptBaud);
  return loss;
}
