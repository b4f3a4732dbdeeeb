// What is not killed, in the bench's own process and in real time: the regtest node, both boards on their emitted
// images, the mobile network and V's modem. The serial lines that programs use are served on TCP.
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { BOARD as LINUX } from '../../../boards/linux/board';
import { AUDIT_SIGNED } from '../../../firmware/journal/audit-codes';
import { createRpc, type Rpc } from '../../../host/bitcoin/rpc';
import { hexOf } from '../../../host/bitcoin/hex';
import type { BytePort } from '../../../host/kit/byte-port';
import { createConsoleClient, parseLog, readLog, status, valueOf, type ConsoleClient } from '../../../host/operator';
import { wire } from '../../../host/sim/board';
import { createVirtualRuntime } from '../../../host/sim/clock/virtual-runtime';
import { createGsmNetwork } from '../../../host/sim/gsm';
import { NUMBERS } from '../../../host/sim/numbers';
import { createBoards } from '../../../host/sim/parties/boards';
import { holdCeremony, type Ceremony } from '../../../host/sim/parties/ceremony';
import { createConsoleHub } from '../../../host/sim/parties/console-hub';
import { startRegtestNode } from '../../../host/sim/regtest/regtest-node';
import type { RegtestNode } from '../../../host/sim/regtest/types';
import { createSim800 } from '../../../host/sim/sim800';

/** A quick network: the bench is about processes. */
const SMS_DELAY = { min: 20, max: 100 };

/** The account's public file, in the folder. */
export const ACCOUNT_FILE = 'account.json';

export interface World {
  node: RegtestNode;
  rpc: Rpc;
  ceremony: Ceremony;
  /** `tcp://127.0.0.1:PORT` of HSM-Hot's line to the gateway and of V's modem. */
  hotPort: string;
  modemPort: string;
  ledger: Ledger;
  /** What stopped the world; undefined while it goes on. */
  fault(): unknown;
  close(): Promise<void>;
}

/** HSM-Cold's own record of what it has signed. */
export interface Ledger {
  /** Reads the entries of the audit log since the last time: the board keeps the last ones only. */
  follow(): Promise<void>;
  /** First octets of SHA-256(account | user_tx_no) of every payment that it signed, in their order. */
  signed(): string[];
  /** Payments in its ledger. */
  payments(): Promise<number>;
}

function ledgerOf(client: ConsoleClient): Ledger {
  const tags = new Map<number, string>();
  let last = 0;
  return {
    async follow() {
      for (const { n, code, detail } of parseLog(await readLog(client, last + 1))) {
        last = Math.max(last, n);
        if (code === AUDIT_SIGNED) tags.set(n, hexOf(detail));
      }
    },
    signed: () => [...tags].sort(([a], [b]) => a - b).map(([, tag]) => tag),
    payments: async () => parseInt(valueOf(await status(client), 'payments'), 10),
  };
}

/** Serves a serial line; who connects last has it, as with a cable. */
async function serveLine(line: BytePort): Promise<{ url: string; close(): Promise<void> }> {
  let socket: Socket | undefined;
  line.onData((bytes) => socket?.writable && socket.write(bytes));
  const server = createServer((next) => {
    socket?.destroy();
    socket = next.setNoDelay();
    next.on('data', (bytes) => line.write(bytes));
    next.on('error', () => next.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      socket?.destroy();
      return new Promise((done) => void server.close(() => done()));
    },
  };
}

/** Puts up the world and holds the ceremony. `folder`: for its files. */
export async function openWorld(seed: string, folder: string): Promise<World> {
  const runtime = createVirtualRuntime({ seed, startMs: Date.now(), pace: 'real' });
  const gsm = createGsmNetwork({ runtime: runtime.child('gsm'), seed: `${seed}/gsm`, delayMs: SMS_DELAY });
  const boards = await createBoards({ runtime, seed, gsm, board: LINUX });
  const hub = createConsoleHub(boards.consolePort);
  await boards.hot.powerOn();
  await boards.cold.powerOn();
  const node = await startRegtestNode({ runtime: runtime.child('node'), seed });
  const rpc = createRpc(node.rpc);
  const ceremony = await holdCeremony({ runtime, coldConsole: hub.attach(), hotConsole: boards.hotConsolePort });
  writeFileSync(join(folder, ACCOUNT_FILE), JSON.stringify(ceremony.file));
  const line = wire(runtime);
  const modem = createSim800({ runtime, seed: `${seed}/v-modem`, number: NUMBERS.v, network: gsm, port: line[1] });
  const hot = await serveLine(boards.hostPort);
  const v = await serveLine(line[0]);
  const client = createConsoleClient({ port: hub.attach() });
  let fault: unknown;
  const going = runtime
    .runUntil(() => false, 'the end', Infinity)
    .catch((error: { code?: string }) => void (error.code !== 'sim-closed' && (fault = error)));
  return {
    node,
    rpc,
    ceremony,
    hotPort: hot.url,
    modemPort: v.url,
    ledger: ledgerOf(client),
    fault: () => fault,
    async close() {
      client.close();
      await Promise.all([hot.close(), v.close()]);
      modem.close();
      await boards.close();
      await hub.close();
      runtime.close();
      await going;
      rpc.close();
      await node.close();
    },
  };
}
