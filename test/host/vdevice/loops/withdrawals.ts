// A world of V with its channel open and a withdrawal to hand out, for the tests of intake and send loop: fresh before
// each test, with the calls that they share.
import { expect } from 'chai';
import { addressOf } from '../fake-api';
import { PAYEE, createWorld, vtestOf, type World } from '../world';

export const HASH = 'ab'.repeat(32);
export const OUTS = PAYEE + ',20000;' + addressOf('second') + ',30000';
/** The transaction that pays OUTS, as the API tells it. */
export const DETAIL = {
  outputs: [
    { address: PAYEE, value: 20000 },
    { address: addressOf('second'), value: 30000 },
    { address: addressOf('change'), value: 49000 },
  ],
  inputs: [{ value: 100000 }],
};

/** To be called in a `describe`: `world()` is the test's own. */
export function withdrawalWorld() {
  let world: World;
  const open = async (options?: Parameters<typeof createWorld>[0]) => {
    world = await createWorld(options);
    await world.open();
  };
  beforeEach(() => open());
  afterEach(() => world.close());
  return {
    world: () => world,
    /** Another world in place of the test's. */
    replaceWorld: async (options: Parameters<typeof createWorld>[0]) => {
      await world.close();
      await open(options);
      return world;
    },
    /** The website offers a withdrawal. */
    give: async (id: number | string = 11, outs = OUTS, extra = {}) =>
      void (world.site.vtest = await vtestOf(id, outs, extra)),
    start: async () => expect(await world.v.startLoop()).to.equal(true),
    /** The API has signed and broadcast the request `id`. */
    confirm: (id = '11', hash: string | null = HASH, status = 1) => {
      Object.assign(world.api.requests.get(id)!, { status, txHash: hash });
      if (hash) world.api.details.set(hash, DETAIL);
    },
    loop: async () => (await world.v.status()).loop,
    /** Requests that V has posted. */
    requests: () => world.api.posts.filter((form) => form.user_tx_no !== undefined),
  };
}
