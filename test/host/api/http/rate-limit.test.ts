// Holds host/api/http/rate-limit.ts.

import { expect } from 'chai';
import { createRateLimit } from '../../../../host/api/http/rate-limit';
import { manualRuntime } from '../../chain/fixture';

describe('host/api/http/rate-limit', () => {
  it('fills up with time, never above the burst, each caller alone', async () => {
    const runtime = manualRuntime();
    const limit = createRateLimit(runtime, 3, 2);
    expect([1, 2, 3, 4].map(() => limit.take('a'))).to.deep.equal([true, true, true, false]);
    expect(limit.take('b', 3)).to.equal(true);
    await runtime.advance(500);
    expect([limit.take('a'), limit.take('a')]).to.deep.equal([true, false]);
    await runtime.advance(100_000);
    expect([1, 2, 3, 4].map(() => limit.take('a'))).to.deep.equal([true, true, true, false]);
    for (let i = 0; i < 30_000; i++) limit.take('caller ' + i);
    expect(limit.take('caller 29999')).to.equal(true);
  });
});
