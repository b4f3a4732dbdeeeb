// The customer's machines in the simulator: the website, and the V-Device with a SIM800 of its own.
import { join } from 'node:path';
import type { AccountFile, RegisteredAccount } from '../../api';
import { startVDevice, type VDevice, type VPolicy } from '../../vdevice';
import { startWebsite, type Website } from '../../website';
import { wire, type Wire } from '../board';
import type { EventListener } from '../events';
import type { GsmNetwork } from '../gsm';
import { NUMBERS, SIM_TOKENS, type Polls } from '../numbers';
import { createShop, type Shop } from './shop';
import { createSim800, type Sim800 } from '../sim800';
import type { VirtualRuntime } from '../clock/virtual-runtime';

export interface CustomerOptions {
  runtime: VirtualRuntime;
  seed: string;
  gsm: GsmNetwork;
  /** Folder for the databases of the website and of V. */
  folder: string;
  /** Where the customer's machines think the API is. */
  apiUrl: string;
  file: AccountFile;
  tokens: RegisteredAccount['tokens'];
  /** V's identity key, 32 bytes. */
  identityPriv: Uint8Array;
  policy?: VPolicy;
  protocol?: 'v1' | 'v2';
  websitePort?: number;
  polls: Polls;
  /** Hour and minute (UTC) of the daily key exchange, default 03:00. */
  rekeyAt?: string;
  onEvent?: EventListener;
}

export interface Customer {
  website: Website;
  /** The website's own database file: what an attacker on that machine can write to. */
  websiteFile: string;
  shop: Shop;
  v: VDevice;
  modem: Sim800;
  line: Wire;
  /** Cuts V's power and starts it again from its own disk. */
  restartV(): Promise<void>;
  close(): Promise<void>;
}

export async function startCustomer(options: CustomerOptions): Promise<Customer> {
  const { runtime, gsm, file, tokens, onEvent } = options;
  const websiteFile = join(options.folder, 'website.db');
  const website = await startWebsite({
    runtime: runtime.child('website'),
    file: websiteFile,
    port: options.websitePort,
    token: SIM_TOKENS.website,
    password: SIM_TOKENS.password,
    apiUrl: options.apiUrl,
    apiTokens: { cold: tokens.cold_receiving, hot: tokens.hot_sending },
    adminToken: SIM_TOKENS.shop,
    attestation: { identity: file.identity, network: file.network, account: file.account },
    onEvent,
  });
  const line = wire(runtime, { baud: 115200 });
  const modem = createSim800({
    runtime,
    seed: `${options.seed}/v-modem`,
    number: NUMBERS.v,
    network: gsm,
    port: line[1],
  });
  const vRuntime = runtime.child('v');

  const startV = (): Promise<VDevice> =>
    startVDevice({
      runtime: vRuntime,
      file: join(options.folder, 'v.db'),
      websiteUrl: website.url,
      websiteToken: SIM_TOKENS.website,
      password: SIM_TOKENS.password,
      apiUrl: options.apiUrl,
      apiToken: tokens.hot_sending,
      identityPriv: options.identityPriv,
      account: file,
      modem: line[0],
      hsmPhones: [NUMBERS.cold, NUMBERS.coldSpare],
      adminPhones: [NUMBERS.customerAdmin],
      policy: options.policy,
      protocol: options.protocol,
      rekeyAt: options.rekeyAt,
      utcOffsetMinutes: 0,
      pollMs: options.polls.vMs,
      batchPollMs: 2 * options.polls.vMs,
      onEvent,
    });

  let v = await startV();
  return {
    website,
    websiteFile,
    shop: createShop(website.url, SIM_TOKENS.shop),
    get v() {
      return v;
    },
    modem,
    line,
    async restartV() {
      await v.close();
      v = await startV();
    },
    async close() {
      await v.close();
      modem.close();
      await website.close();
    },
  };
}
