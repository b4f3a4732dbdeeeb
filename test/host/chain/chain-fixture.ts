// The parts of a platform on which its followers work, for tests that take their turns by hand.

import { MIGRATIONS } from '../../../host/api/schema';
import { createRpc } from '../../../host/bitcoin/rpc';
import type { Chain } from '../../../host/chain/block';
import { createNodeReader } from '../../../host/chain/node-reader';
import { openDb } from '../../../host/kit/sql';
import type { Platform } from '../api/fixture';

export interface TestChain extends Chain {
  close(): Promise<void>;
}

/** The platform's node and database, by connections of their own. Its API does nothing until it is told to. */
export async function chainOf(platform: Platform, changes: Partial<Chain> = {}): Promise<TestChain> {
  const rpc = createRpc(platform.node.rpc);
  const reader = createNodeReader(rpc, platform.node.rpc);
  const db = await openDb(platform.database, MIGRATIONS);
  const { runtime } = platform;
  return {
    ...{ db, rpc, reader, runtime, network: 'regtest', onUsed: () => undefined },
    ...changes,
    async close() {
      await reader.close();
      rpc.close();
      await db.close();
    },
  };
}
