// The platform's machines on the internet: the regtest node, the ChainCloud API, the gateway beside HSM-Hot, and the
// wire between customers and the API, which an attacker may hold.
import type { Api, RegisteredAccount } from '../../api';
import { startApi } from '../../api';
import type { BytePort } from '../../kit/byte-port';
import { createRpc, type Rpc } from '../../bitcoin/rpc';
import { startRegtestNode } from '../regtest/regtest-node';
import type { RegtestNode } from '../regtest/types';
import { startGateway, type Gateway } from '../../gateway';
import type { LogListener } from '../../kit/log';
import { startHostileProxy, type HostileProxy } from './hostile-proxy';
import { SIM_TOKENS, type Polls } from '../numbers';
import type { VirtualRuntime } from '../clock/virtual-runtime';

export interface PlatformOptions {
  runtime: VirtualRuntime;
  seed: string;
  /** SQL database of the API: a libsql file or a postgres:// URL. */
  database: string;
  hostPort: BytePort;
  ports: { api?: number; chain?: number };
  polls: Polls;
  onEvent?: LogListener;
}

export interface Platform {
  node: RegtestNode;
  rpc: Rpc;
  api: Api;
  gateway: Gateway;
  /** What customers take for the API. */
  internet: HostileProxy;
  /** Enters an account from its public file; answers its two tokens. */
  register(file: object): Promise<RegisteredAccount>;
  close(): Promise<void>;
}

export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { runtime, onEvent } = options;
  const closers: Array<() => Promise<void>> = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const node = await startRegtestNode({
      runtime: runtime.child('node'),
      seed: options.seed,
      port: options.ports.chain,
    });
    closers.push(() => node.close());
    const rpc = createRpc(node.rpc);
    closers.push(async () => rpc.close());
    const api = await startApi({
      runtime: runtime.child('api'),
      network: 'regtest',
      rpc: node.rpc,
      database: options.database,
      adminToken: SIM_TOKENS.apiAdmin,
      gatewayToken: SIM_TOKENS.gateway,
      chainPollMs: options.polls.chainMs,
      onEvent,
    });
    closers.push(() => api.close());
    const gateway = await startGateway({
      runtime: runtime.child('gateway'),
      port: options.hostPort,
      apiUrl: api.url,
      gatewayToken: SIM_TOKENS.gateway,
      pollMs: options.polls.gatewayMs,
      onEvent,
    });
    closers.push(() => gateway.close());
    node.onChange(() => api.poke());
    api.onJob(() => gateway.poke());
    const internet = await startHostileProxy({ runtime, targetUrl: api.url, port: options.ports.api });
    closers.push(() => internet.close());

    async function register(file: object): Promise<RegisteredAccount> {
      const answer = await fetch(`${api.url}/api/v1/admin/accounts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', token: SIM_TOKENS.apiAdmin },
        body: JSON.stringify({ file }),
      });
      if (!answer.ok) throw new Error(`the API refused the account: ${await answer.text()}`);
      return (await answer.json()) as RegisteredAccount;
    }
    return { node, rpc, api, gateway, internet, register, close };
  } catch (error) {
    await close();
    throw error;
  }
}
