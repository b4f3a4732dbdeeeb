// What every part of the website shares.

import type { Log } from '../kit/log';
import type { Runtime } from '../kit/runtime';
import type { HttpClient } from '../v1';
import type { Store } from './store';
import type { WebsiteOptions } from './types';

export interface WebsiteContext {
  runtime: Runtime;
  store: Store;
  password: string;
  /** The API under each side's token. */
  api: { hot: HttpClient; cold: HttpClient };
  account: WebsiteOptions['attestation'];
  confirmations: number;
  /** V has judged a batch: by now HSM-Cold has its addresses, and soon its attestation. */
  expectAttestations(): void;
  log: Log;
}
