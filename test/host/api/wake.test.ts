// Pokes instead of polls: in a simulation the parts tell each other, so that a day without events costs nothing.

import { expect } from 'chai';
import type { SignJob } from '../../../host/gateway/types';
import { signJob, startPlatform } from './fixture';

const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

describe('host/api pokes', () => {
  it('sees deposits, jobs and its own payments without a poll', async () => {
    const platform = await startPlatform({ api: { chainPollMs: 1e9 } });
    try {
      let jobs = 0;
      platform.node.onChange(() => platform.api.poke());
      platform.api.onJob(() => jobs++);
      await platform.node.fund(platform.keys.address(1, 0, 0), 100_000);
      await platform.runtime.advance(1);
      expect((await platform.get('/user')).body.balance).to.equal(100_000);
      await platform.node.mine(1);
      await platform.runtime.advance(1);
      expect((await platform.get('/user')).body.balance_confirmed).to.equal(100_000);
      await platform.send('1', `${SHOP},50000`);
      expect(jobs).to.equal(1);
      const job = (await platform.nextJob()) as SignJob;
      await platform.finish(job, { ok: false, failure: { code: 'link-down', text: '' } });
      expect(jobs).to.equal(1);
      await platform.runtime.advance(1000);
      expect(jobs).to.equal(2);
      await platform.finish(job, { ok: true, signatures: signJob(platform.keys, job) });
      await platform.runtime.advance(1);
      expect((await platform.get('/tx')).body).to.have.length(2);
    } finally {
      await platform.close();
    }
  });
});
