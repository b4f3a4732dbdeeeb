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
  /**
   * Printable ASCII without spaces, at most 100: the same after a restart, another for each gateway of an API. Default
   * `gateway`.
   */
  name?: string;
  /** Pause between two looks for a job, milliseconds. Default 1000. */
  pollMs?: number;
  onEvent?: LogListener;
}

export interface Gateway {
  /** Looks for a job at once instead of at the next poll; for a simulation, where the API says that there is one. */
  poke(): void;
  close(): Promise<void>;
}

export type { AttestJob, Job, JobResult, PingJob, SignJob } from '../api/calls/gateway';
