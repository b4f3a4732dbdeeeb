// What starting the API takes and gives, and the JSON that a platform's admin sends it.

import type { RpcEndpoint } from '../bitcoin/rpc';
import type { NetworkName } from '../bitcoin/network';
import type { LogListener } from '../kit/log';
import type { Runtime } from '../kit/runtime';

export interface ApiOptions {
  runtime: Runtime;
  network: NetworkName;
  rpc: RpcEndpoint;
  /**
   * Where the node publishes (`zmqpubhashblock`, `zmqpubrawtx`): `tcp://HOST:PORT` each. The node is polled as well.
   */
  zmq?: string[];
  /** `postgres://…`, or the path of a libsql file, or ':memory:'. */
  database: string;
  host?: string;
  /** 0 or absent: the system chooses. */
  port?: number;
  /** Header `token` of /api/v1/admin/*; at least 16 characters. */
  adminToken: string;
  /** As adminToken, for calls of the role `operator`; nobody has the role without it. */
  operatorToken?: string;
  /** As adminToken, for /metrics. Without it /metrics is there for callers on this machine alone. */
  metricsToken?: string;
  /** As adminToken, for /api/v1/admin/backup. */
  backupToken?: string;
  /** Header `token` of /api/v1/gateway/*; at least 16 characters. */
  gatewayToken: string;
  /** How often the chain is looked at, milliseconds of the runtime's clock. Default 5000. */
  chainPollMs?: number;
  /** Requests that one token may make in a burst, and how many a second come back. Default 2000 and 100. */
  rateLimit?: { burst: number; perSecond: number };
  /** Fixed fee rate of requests with is_dynamic_fee=0, and the fallback when the node cannot estimate. Default 10. */
  fixedFeerateSatVb?: number;
  /** Networks (`10.1.0.0/16`) that webhooks may go to beside the public internet, over http too. Default none. */
  webhookNetworks?: string[];
  onEvent?: LogListener;
}

export interface Api {
  /** `http://127.0.0.1:port`, without a path. */
  url: string;
  /** Follows the chain once now and works off what became possible; the poll does the same. */
  sync(): Promise<void>;
  /**
   * Looks at the chain at once instead of at the next poll; for a simulation, where something else knows that it
   * changed.
   */
  poke(): void;
  /** Calls `listener` when there may be a job for the gateway; for a gateway in the same process. */
  onJob(listener: () => void): void;
  close(): Promise<void>;
}

/** The account's public half, as the operator tool writes it after `account add`. */
export interface AccountFile {
  account: number;
  network: NetworkName;
  script: 'p2wpkh' | 'p2pkh';
  /** HSM-Cold's identity key of this account, 33 bytes hex. */
  identity: string;
  fingerprint: string;
  cold: { xpub: string; descriptor: string };
  hot: { xpub: string; descriptor: string };
  pairing_code?: string;
  hsm_phones?: string[];
  v_identity?: string;
}
