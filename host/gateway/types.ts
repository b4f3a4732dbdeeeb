// What starting the gateway takes and gives, and the jobs that it fetches from the API and runs over HSM-Hot's link.

import type { BytePort } from '../kit/byte-port';
import type { LogListener } from '../kit/log';
import type { Runtime } from '../kit/runtime';

export interface GatewayOptions {
  runtime: Runtime;
  /** The serial line to HSM-Hot. */
  port: BytePort;
  /** `http://host:port` of the API, without a path. */
  apiUrl: string;
  gatewayToken: string;
  /** Pause between two looks for a job, milliseconds. Default 1000. */
  pollMs?: number;
  onEvent?: LogListener;
}

export interface Gateway {
  /** Looks for a job at once instead of at the next poll; for a simulation, where the API says that there is one. */
  poke(): void;
  close(): Promise<void>;
}

/**
 * An input of a transaction to sign; `prev_tx` is the whole previous transaction in hex, `prev_txid` as people write
 * it.
 */
export interface SignInput {
  prev_txid: string;
  vout: number;
  sequence: number;
  chain: 0 | 1;
  index: number;
  prev_tx: string;
}

export interface SignJob {
  id: number;
  kind: 'sign';
  account: number;
  proto: 1 | 2;
  channel_id: number;
  user_tx_no: string;
  outs: string;
  dynamic: number;
  /** Hex: 65 bytes (v1 signed message) or 32 bytes (v2 authority). */
  authority: string;
  tx_version: number;
  locktime: number;
  fee_sats: number;
  change_index: number | null;
  inputs: SignInput[];
}

export interface PingJob {
  id: number;
  kind: 'ping';
  account: number;
  proto: 1 | 2;
  channel_id: number;
  user_tx_no: string;
  dynamic: number;
  authority: string;
}

export interface AttestJob {
  id: number;
  kind: 'attest';
  account: number;
  /** 1 hot, 2 cold. */
  side: 1 | 2;
  batch_no: number;
}

export interface StatusJob {
  id: number;
  kind: 'status';
  /** Which board is asked. */
  board: 'hot' | 'cold';
}

export type Job = SignJob | PingJob | AttestJob | StatusJob;

/**
 * What the gateway posts back. A refusal is the device's own word; a failure is everything that kept it from answering.
 */
export type JobResult =
  | { ok: true; signatures?: string[]; digest?: string; signature?: string; status?: unknown[] }
  | { ok: false; refusal: { code: number; tag: string } }
  | { ok: false; failure: { code: string; text: string } };
