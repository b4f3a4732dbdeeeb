// UART loss at each speed, on a board at its prompt: bursts of growing length go to a counter on the board through
// packets of the same length; what the board counted tells what was lost. The console's own line is measured, so the
// speed is changed on both ends for each step and brought back at the end.
import { pause, type Runtime } from '../../../host/kit/runtime';
import { crc32 } from '../../flash/storage/crc32';
import { findPrompt, type Prompt } from '../../flash/prompt/prompt';
import type { OpenPort } from '../../serial/open';

export interface LossRow {
  lenBytes: number;
  sent: number;
  /** Bursts that came through whole. */
  whole: number;
}

export const BURSTS = [16, 64, 256, 1024, 2048];
const ROUNDS = 6;

/**
 * Sends each length `rounds` times as the text of an expression whose value is its CRC; a burst that loses a byte
 * fails.
 */
export async function measureLoss(prompt: Prompt, rounds = ROUNDS): Promise<LossRow[]> {
  const rows: LossRow[] = [];
  for (const lenBytes of BURSTS) {
    let whole = 0;
    for (let round = 0; round < rounds; round++) {
      const text = 'abcdefghijklmnopqrstuvwxyz012345'
        .repeat(Math.ceil(lenBytes / 32))
        .slice(round, round + Math.max(1, lenBytes - 13));
      const value = await prompt.eval(`E.CRC32("${text}")`, { tries: 1, timeoutMs: 6000 }).catch(() => undefined);
      if (value === crc32(Buffer.from(text))) whole++;
    }
    rows.push({ lenBytes, sent: rounds, whole });
  }
  return rows;
}

const SWITCH_MS = 300;

/**
 * Measures at several speeds: tells the board to change its console's speed, follows it, and brings it back to `from`.
 * open: the same port at a speed. Rows are by speed; a speed at which nothing comes through has no whole bursts.
 */
export async function measureSpeeds(
  open: (baud: number) => Promise<OpenPort>,
  runtime: Runtime,
  from: number,
  speeds: number[],
): Promise<{ baud: number; rows: LossRow[] }[]> {
  const results: { baud: number; rows: LossRow[] }[] = [];
  for (const baud of speeds) {
    let port = await open(from);
    try {
      const prompt = await findPrompt(port, runtime, { baud: from });
      // The way back is set first: should the new speed not work at all, the board is heard again after this time.
      const stayMs = 10_000 + BURSTS.length * ROUNDS * 7000;
      await prompt.eval(
        `(setTimeout(function(){Serial1.setup(${baud});},${SWITCH_MS / 3}),` +
          `setTimeout(function(){Serial1.setup(${from});},${stayMs}),1)`,
      );
    } finally {
      port.close();
    }
    await pause(runtime, SWITCH_MS);
    port = await open(baud);
    try {
      const prompt = await findPrompt(port, runtime, { baud });
      results.push({ baud, rows: await measureLoss(prompt) });
      await prompt.eval(`(setTimeout(function(){Serial1.setup(${from});},${SWITCH_MS / 3}),1)`);
    } catch {
      results.push({ baud, rows: BURSTS.map((lenBytes) => ({ lenBytes, sent: ROUNDS, whole: 0 })) });
    } finally {
      port.close();
    }
    await pause(runtime, SWITCH_MS);
  }
  return results;
}
