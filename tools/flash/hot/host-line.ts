// HSM-Hot on its line to the gateway: whether it is there, and its prompt by a request of that line. A chip takes no
// Ctrl-C, and HSM-Hot's console is on pins that need an adapter of their own.
import { HOST_BAUD } from '../../../boards/espruino/esp32-chip';
import { clockOf, uartOf } from '../../../host/kit/link-adapter';
import { pause, type Runtime } from '../../../host/kit/runtime';
import { fail } from '../../../protocol/errors';
import { createPeer } from '../../../protocol/link/peer';
import type { Peer } from '../../../protocol/link/types';
import type { CborValue } from '../../../protocol/cbor/types';
import { MSG_INFO, MSG_SERVICE, MSG_STATUS, REFUSE_BAD_STATE } from '../../../protocol/wire';
import type { SpeedPort } from '../lines/burst';

/** HSM-Hot repeats its hello every few seconds; erasing its flash takes a second. */
const HOT_ANSWER_MS = 8000;
const SPEED_MS = 200;

export interface HotOnLine {
  board: string;
  commit: string;
  isPaired: boolean;
  /** Erases HSM-Hot and gives its prompt: answers the line and the speed at which it will be. Throws `hot-late`. */
  givePrompt(): Promise<{ serial: string; baud: number }>;
}

function ask(peer: Peer, type: number): Promise<CborValue[]> {
  return new Promise((resolve, reject) =>
    peer.request(type, [], (error, fields) => (error ? reject(error) : resolve(fields)), HOT_ANSWER_MS),
  );
}

/** False where nobody on the line speaks the link's protocol. */
function comesUp(peer: Peer, runtime: Runtime): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = runtime.after(HOT_ANSWER_MS, () => resolve(false));
    peer.onUp(() => {
      timer.cancel();
      resolve(true);
    });
  });
}

async function givePrompt(peer: Peer): Promise<{ serial: string; baud: number }> {
  const [serial, baud] = await ask(peer, MSG_SERVICE).catch((error: { refusal?: number }) => {
    if (error.refusal !== REFUSE_BAD_STATE) throw error;
    throw fail(
      'hot-late',
      'HSM-Hot gives its prompt by this line only within 5 minutes of a start: press EN, then run this again',
    );
  });
  return { serial: String(serial), baud: Number(baud) };
}

/**
 * Looks for HSM-Hot on the line, at the gateway's speed, and does `work` with it; undefined where none answers.
 * promptBaud: what the line's speed is afterwards.
 */
export async function withHot<T>(
  port: SpeedPort,
  runtime: Runtime,
  promptBaud: number,
  work: (hot: HotOnLine) => Promise<T>,
): Promise<T | undefined> {
  await port.setBaud?.(HOST_BAUD);
  await pause(runtime, SPEED_MS);
  const bootId = new DataView(runtime.random(4).buffer).getUint32(0);
  const peer = createPeer({ uart: uartOf(port), clock: clockOf(runtime), role: 'initiator', bootId });
  try {
    if (!(await comesUp(peer, runtime))) return undefined;
    const info = await ask(peer, MSG_INFO);
    if (info[0] !== 'hsm-hot') return undefined;
    const [isPaired] = await ask(peer, MSG_STATUS);
    return await work({
      board: String(info[1]),
      commit: String(info[2]),
      isPaired: isPaired === 1,
      givePrompt: () => givePrompt(peer),
    });
  } finally {
    peer.close();
    await port.setBaud?.(promptBaud);
  }
}
