// The Bitcoin node that the API follows.
import { bad, ok, skipped, warn, type Check } from '../check';

const OLD_TIP_HOURS = 3;

export const nodeSync: Check = {
  name: 'node',
  group: 'platform',
  async run(patient) {
    if (!patient.rpc) return [skipped('no --rpc given')];
    try {
      const info = (await patient.rpc.call('getblockchaininfo', [])) as {
        chain: string;
        blocks: number;
        headers: number;
        initialblockdownload?: boolean;
        mediantime?: number;
        time?: number;
      };
      if (info.blocks < info.headers || info.initialblockdownload === true)
        return [
          bad(
            `${info.blocks} of ${info.headers} blocks: it is not in sync`,
            'wait until it is; the API serves no balances that can be relied on before',
          ),
        ];
      const tipS = info.time ?? info.mediantime;
      const hours = tipS === undefined ? 0 : (patient.nowMs / 1000 - tipS) / 3600;
      if (info.chain === 'main' && hours > OLD_TIP_HOURS)
        return [
          warn(
            `its last block is ${Math.round(hours)} h old`,
            'check its connections: it may be cut off from the network',
          ),
        ];
      return [ok(`${info.chain}, ${info.blocks} blocks`)];
    } catch (error) {
      return [bad((error as Error).message, 'check that the node runs, its address, user and password')];
    }
  },
};
