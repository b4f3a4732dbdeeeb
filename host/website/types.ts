// What the reference website takes and gives. Spec: docs/http-api.md, "The website's side, polled by V".

import type { LogListener } from '../kit/log';
import type { Runtime } from '../kit/runtime';

export interface WebsiteOptions {
  runtime: Runtime;
  /** SQL database file, created when absent. */
  file: string;
  /** 0 = any free one. */
  port?: number;
  /** Token that V shows on /api/v1/open. */
  token: string;
  /** Shared with V; encrypts the withdrawals. */
  password: string;
  /** ChainCloud API, e.g. http://127.0.0.1:8080. */
  apiUrl: string;
  apiTokens: { cold: string; hot: string };
  /** Header `token` of every /shop call that changes something. */
  adminToken: string;
  /**
   * HSM-Cold's identity key of the account (hex, 33 bytes) with network and account: attestations are checked when
   * given.
   */
  attestation?: { identity: string; network: 'main' | 'test' | 'regtest'; account: number };
  /** Confirmations after which a deposit counts as received, default 3. */
  confirmations?: number;
  onEvent?: LogListener;
}

/** `/shop/...` bodies are JSON. Amounts in satoshi. */
export interface ShopOut {
  address: string;
  sats: number;
}

/** GET /shop/withdrawals: newest first. */
export interface ShopWithdrawal {
  vtest_id: number;
  outs: ShopOut[];
  dynamic: 0 | 1;
  status: 'waiting' | 'sent' | 'failed';
  tx_hash: string | null;
  created_at: string;
  reported_at: string | null;
  idempotency_key: string;
}

/** GET /shop/batches. status 1 unverified, 2 verified, 3 failed. side: 1 hot, 2 cold. */
export interface ShopBatch {
  side: 1 | 2;
  batch_no: number;
  status: 1 | 2 | 3;
  attestation: 'good' | 'bad' | 'none';
  count: number;
}

export interface Website {
  url: string;
  close(): Promise<void>;
}
