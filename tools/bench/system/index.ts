// Figures of the whole system in the simulator: one run of the story, a simulated day of work, memory.
// Baseline of times: the same number of seconds of a bare loop of SHA-256 on this machine, in the same run.
import { DAY_MS } from '../../../protocol/time';
import { createHash } from 'node:crypto';
import { createSimulation, type Simulation } from '../../../host/sim/simulation';
import { runStory } from '../../../host/sim/story';
import { PAYEES } from '../../../host/sim/story/money-steps';
import type { BenchRow } from '../row';

const REQUESTS = 50;
const BATCHES = 10;
const BASELINE = '100,000 SHA-256 in Node';

/** Wall ms of the baseline: hashing 100,000 blocks of 64 bytes. */
function baselineMs(): number {
  const start = process.hrtime.bigint();
  let block = Buffer.alloc(64);
  for (let i = 0; i < 100_000; i++)
    block = Buffer.concat([createHash('sha256').update(block).digest(), block.subarray(0, 32)]);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

async function wallMs(work: () => Promise<void>): Promise<number> {
  const start = Date.now();
  await work();
  return Date.now() - start;
}

/** One re-key, 50 withdrawals with a block each, 10 batches that HSM-Cold has derived before. */
async function simulatedDay(sim: Simulation): Promise<void> {
  const startMs = sim.runtime.nowMs();
  for (let i = 0; i < REQUESTS; i++) {
    const id = await sim.customer.shop.withdraw([{ address: PAYEES[i % 3], sats: 20_000 + i }]);
    await sim.until(
      async () => (await sim.customer.shop.withdrawals()).find((row) => row.vtest_id === id)!.status === 'sent',
      `withdrawal ${id}`,
    );
    await sim.mine(1);
  }
  for (let n = 1; n <= BATCHES; n++) await sim.verifyBatch(2, n);
  await sim.advance(Math.max(0, startMs + DAY_MS - sim.runtime.nowMs()));
}

export async function benchSystem(): Promise<BenchRow[]> {
  const baseline = baselineMs();
  const row = (name: string, ms: number, limitMs: number): BenchRow => ({
    name,
    value: ms / 1000,
    unit: 's',
    baseline: BASELINE,
    ratio: ms / baseline,
    goal: `under ${limitMs / 1000} s`,
    ok: ms < limitMs,
  });
  const rows: BenchRow[] = [];
  const once = await wallMs(async () => {
    const sim = await createSimulation();
    const result = await runStory(sim);
    await sim.close();
    if (!result.ok) throw new Error(`the story failed: ${result.steps.at(-1)?.error}`);
  });
  rows.push(row('the story, from start to end', once, 60_000));
  const sim = await createSimulation();
  await sim.setUp();
  await sim.fundHot(50_000_000);
  for (let n = 1; n <= BATCHES; n++) {
    await sim.until(
      async () => {
        // Whoever asks for a batch's attestation makes HSM-Cold derive it.
        await fetch(`${sim.platform.api.url}/api/v1/open/address/batch/${n}/attestation`, {
          headers: { token: sim.tokens.cold_receiving },
        });
        return sim.ceremony.hasDerived(2, n);
      },
      `batch ${n} to be derived`,
      DAY_MS,
    );
  }
  rows.push(row('a simulated day', await wallMs(() => simulatedDay(sim)), 10_000));
  const rssMb = process.memoryUsage().rss / 1e6;
  rows.push({
    name: 'resident memory after both',
    value: rssMb,
    unit: 'MB',
    baseline: '600 MB',
    ratio: rssMb / 600,
    goal: 'under 600 MB',
    ok: rssMb < 600,
  });
  await sim.close();
  return rows;
}
