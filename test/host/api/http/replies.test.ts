// A kept reply is given again only while it is true.

import { expect } from 'chai';
import { createReplies } from '../../../../host/api/http/replies';
import type { CountedDb } from '../../../../host/kit/sql/changes';
import { manualRuntime } from '../../chain/fixture';

describe('host/api/http/replies', () => {
  let changes = 0;
  let made = 0;
  const db = { changes: () => changes } as CountedDb;
  const make = async (): Promise<object> => ({ made: ++made });
  const ask = async (ask: () => Buffer | Promise<Buffer>): Promise<number> =>
    (JSON.parse((await ask()).toString()) as { made: number }).made;

  it('current: until this process writes, and one second at most', async () => {
    const runtime = manualRuntime();
    const replies = createReplies(db, runtime);
    made = 0;
    const user = (): Buffer | Promise<Buffer> => replies.current('user', make);
    expect([await ask(user), await ask(user)]).to.deep.equal([1, 1]);
    changes++;
    expect([await ask(user), await ask(user)]).to.deep.equal([2, 2]);
    await runtime.advance(1000);
    expect(await ask(user)).to.equal(3);
    expect(await ask(() => replies.current('other', make))).to.equal(4);
  });

  it('current: not when a write came while it was made', async () => {
    const replies = createReplies(db, manualRuntime());
    made = 0;
    await replies.current('user', async () => (changes++, make()));
    expect(await ask(() => replies.current('user', make))).to.equal(2);
  });

  it('lasting: for good, once it is whole', async () => {
    const replies = createReplies(db, manualRuntime());
    made = 0;
    const batch = (isWhole: boolean) => (): Buffer | Promise<Buffer> => replies.lasting('batch', make, () => isWhole);
    expect([await ask(batch(false)), await ask(batch(true))]).to.deep.equal([1, 2]);
    changes++;
    expect(await ask(batch(true))).to.equal(2);
  });
});
