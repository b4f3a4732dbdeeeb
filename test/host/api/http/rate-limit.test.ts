// Holds host/api/http/rate-limit.ts.

import { expect } from 'chai';
import { createRateLimit } from '../../../../host/api/http/rate-limit';
import { manualRuntime } from '../../chain/fixture';

describe('host/api/http/rate-limit', () => {
  it('fills up with time, never above the burst, each caller alone', async () => {
    const runtime = manualRuntime();
    const limit = createRateLimit(runtime, 3, 2);
    expect([1, 2, 3, 4].map(() => limit.take('a'))).to.deep.equal([0, 0, 0, 1]);
    expect(limit.take('b', 3)).to.equal(0);
    await runtime.advance(500);
    expect([limit.take('a'), limit.take('a')]).to.deep.equal([0, 1]);
    await runtime.advance(100_000);
    expect([1, 2, 3, 4].map(() => limit.take('a'))).to.deep.equal([0, 0, 0, 1]);
    for (let i = 0; i < 30_000; i++) limit.take('caller ' + i);
    expect(limit.take('caller 29999')).to.equal(0);
  });

  it('says when the call may come again; one that costs more than a bucket takes a whole one', async () => {
    const runtime = manualRuntime();
    const limit = createRateLimit(runtime, 100, 10);
    expect(limit.take('a', 500)).to.equal(0);
    expect(limit.take('a', 50)).to.equal(5);
    expect(limit.take('a', 500)).to.equal(10);
    await runtime.advance(5000);
    expect(limit.take('a', 50)).to.equal(0);
  });
});
