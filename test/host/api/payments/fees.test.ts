// Holds host/api/payments/fees.ts: the node's estimate is welcome, never needed.
// Neighbours: no number, one out of bounds, a refusal by the node, by its whitelist, no JSON, silence, warm-up, a full
// queue, no node. The rest of the loop: ../chain-duties.test.ts.

import { expect } from 'chai';
import { createFeeEstimate, type FeeEstimate } from '../../../../host/api/payments/fees';
import { createLog } from '../../../../host/kit/log';
import { manualRuntime } from '../../chain/fixture';

describe('host/api/payments/fees', () => {
  const runtime = manualRuntime();
  const events: string[] = [];
  const log = createLog({ runtime, who: 'api', listener: (event) => events.push(event.text) });
  const feesOf = (answer: () => unknown): FeeEstimate =>
    createFeeEstimate({ rpc: { call: async () => answer() as never }, runtime, log, fallbackSatVb: 10 });

  it("takes the node's estimate within bounds, once a minute, and the fallback without one", async () => {
    let answer: unknown = { feerate: 0.00012345 };
    let asked = 0;
    const fees = feesOf(() => (asked++, answer));
    expect(fees.satVb()).to.equal(10);
    await fees.refresh();
    expect(fees.satVb()).to.equal(12.35);
    answer = { feerate: 5 };
    await fees.refresh();
    expect(asked).to.equal(1);
    for (const [given, expected] of [
      [{ feerate: 5 }, 500],
      [{ feerate: 0.000000001 }, 1],
      [{ errors: ['x'] }, 10],
      [{ feerate: 'x' }, 10],
      [{ feerate: -1 }, 10],
    ] as const) {
      await runtime.advance(61_000);
      answer = given;
      await fees.refresh();
      expect(fees.satVb(), JSON.stringify(given)).to.equal(expected);
    }
  });

  // bitcoin/bitcoin#29737, electrs#1051: -blocksonly answers -32603 "Fee estimation disabled"; NBXplorer#258.
  it('a node that estimates nothing: the fallback, reported once, asked again a minute later', async () => {
    let asked = 0;
    const fees = feesOf(() => {
      asked++;
      throw Object.assign(new Error('Fee estimation disabled'), { code: 'rpc-error', rpcCode: -32603 });
    });
    await fees.refresh();
    await fees.refresh();
    expect([asked, fees.satVb(), events.length]).to.deep.equal([1, 10, 1]);
    await runtime.advance(61_000);
    await fees.refresh();
    expect([asked, fees.satVb(), events.length]).to.deep.equal([2, 10, 1]);
  });

  for (const code of ['rpc-auth', 'rpc-http'])
    it(`a node that keeps the estimate back (${code}): the fallback, reported once, once a minute`, async () => {
      const before = events.length;
      let asked = 0;
      const fees = feesOf(() => {
        asked++;
        throw Object.assign(new Error('kept back'), { code });
      });
      for (const pauseMs of [0, 1000, 61_000]) {
        await runtime.advance(pauseMs);
        await fees.refresh();
      }
      expect([asked, fees.satVb(), events.length - before]).to.deep.equal([2, 10, 1]);
    });

  for (const code of ['rpc-unreachable', 'rpc-timeout', 'rpc-warmup', 'rpc-busy'])
    it(`a node that does not answer (${code}): thrown each time, the last estimate stands for an hour`, async () => {
      let isAway = false;
      let asked = 0;
      const fees = feesOf(() => {
        asked++;
        if (isAway) throw Object.assign(new Error('away'), { code });
        return { feerate: 0.0002 };
      });
      await fees.refresh();
      isAway = true;
      await runtime.advance(61_000);
      for (let n = 0; n < 2; n++) expect(await fees.refresh().catch((error: unknown) => error)).to.include({ code });
      expect([asked, fees.satVb()]).to.deep.equal([3, 20]);
      await runtime.advance(3_600_000);
      expect(fees.satVb()).to.equal(10);
      isAway = false;
      await fees.refresh();
      expect(fees.satVb()).to.equal(20);
    });

  it('a wall clock that is set back an hour: asked again a minute later all the same', async () => {
    let setBackMs = 0;
    let asked = 0;
    const fees = createFeeEstimate({
      rpc: { call: async () => ({ feerate: 0.0001 * ++asked }) as never },
      runtime: { ...runtime, nowMs: () => runtime.nowMs() - setBackMs },
      log,
      fallbackSatVb: 10,
    });
    await fees.refresh();
    setBackMs = 3_600_000;
    await fees.refresh();
    await runtime.advance(61_000);
    await fees.refresh();
    expect([asked, fees.satVb()]).to.deep.equal([2, 20]);
  });
});
