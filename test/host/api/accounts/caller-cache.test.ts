// A token is looked up once a second at most, and one that was replaced is worth nothing at once.

import { expect } from 'chai';
import { createCallerCache } from '../../../../host/api/accounts/caller-cache';
import { callerOf, hashOfToken } from '../../../../host/api/accounts/accounts';
import type { Db } from '../../../../host/kit/sql';
import { manualRuntime } from '../../chain/fixture';

describe('host/api/accounts/caller-cache', () => {
  const TOKEN = 'token-of-account-7';
  const row = { account: 7, hot_token_hash: hashOfToken(TOKEN) };
  let looks = 0;
  const db = {
    get: async (_sql: string, [hash]: string[]) => (looks++, hash === row.hot_token_hash ? row : undefined),
  } as unknown as Db;

  it('remembers a caller for a second, and no unknown token', async () => {
    const runtime = manualRuntime();
    const callers = createCallerCache((token) => callerOf(db, token), runtime);
    expect(callers.known(TOKEN)).to.equal(undefined);
    expect(await callers.find(TOKEN)).to.include({ side: 1, name: '7 1' });
    expect(callers.known(TOKEN)).to.include({ side: 1 });
    await runtime.advance(999);
    expect(callers.known(TOKEN)).to.not.equal(undefined);
    await runtime.advance(1);
    expect(callers.known(TOKEN)).to.equal(undefined);
    expect(await callers.find('another')).to.equal(undefined);
    expect(callers.known('another')).to.equal(undefined);
    expect(looks).to.equal(2);
  });

  it('keeps no caller that was looked up while the tokens were replaced', async () => {
    const callers = createCallerCache((token) => callerOf(db, token), manualRuntime());
    const looking = callers.find(TOKEN);
    callers.clear();
    await looking;
    expect(callers.known(TOKEN)).to.equal(undefined);
    await callers.find(TOKEN);
    callers.clear();
    expect(callers.known(TOKEN)).to.equal(undefined);
  });
});
