// The customer's machines in the simulator: the website, and the V-Device with a SIM800 of its own.
import { join } from 'node:path';
import type { AccountFile, RegisteredAccount } from '../../api';
import { startVDevice, type VDevice, type VDeviceOptions, type VPolicyFile } from '../../vdevice';
import { startWebsite, type Website } from '../../website';
import { wire, type Wire } from '../board';
import type { BytePort } from '../../kit/byte-port';
import type { LogListener } from '../../kit/log';
import type { GsmNetwork } from '../gsm';
import { NUMBERS, SIM_TOKENS, type Polls } from '../numbers';
import { createShop, type Shop } from './shop';
import { createSim800, type ModemKindName, type Sim800 } from '../sim800';
import type { Mood } from '../sim800/moods';
import type { VirtualRuntime } from '../clock/virtual-runtime';

/** V's limits in the simulated world. */
export const V_POLICY: VPolicyFile = { windowMaxSats: 50_000_000, approveAboveSats: 30_000_000 };

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
  policy: VPolicyFile;
  protocol?: 'v1' | 'v2';
  websitePort?: number;
  polls: Polls;
  /** Hour and minute (UTC) of the daily key exchange, default 03:00. */
  rekeyAt?: string;
  /** Which modem V has, default a SIM800. */
  modemKind?: ModemKindName;
  /** Odd answers of V's modem. */
  mood?: Mood;
  onEvent?: LogListener;
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

function openWebsite(options: CustomerOptions, websiteFile: string): Promise<Website> {
  const { file, tokens } = options;
  return startWebsite({
    runtime: options.runtime.child('website'),
    file: websiteFile,
    port: options.websitePort,
    token: SIM_TOKENS.website,
    password: SIM_TOKENS.password,
    apiUrl: options.apiUrl,
    apiTokens: { cold: tokens.cold_receiving, hot: tokens.hot_sending },
    adminToken: SIM_TOKENS.shop,
    attestation: { identity: file.identity, network: file.network, account: file.account },
    onEvent: options.onEvent,
  });
}

/** What V is started with, again and again from the same disk. */
function vOptions(options: CustomerOptions, websiteUrl: string, modem: BytePort): VDeviceOptions {
  return {
    runtime: options.runtime.child('v'),
    file: join(options.folder, 'v.db'),
    websiteUrl,
    websiteToken: SIM_TOKENS.website,
    password: SIM_TOKENS.password,
    apiUrl: options.apiUrl,
    apiToken: options.tokens.hot_sending,
    identityPriv: options.identityPriv,
    account: options.file,
    modem,
    hsmPhones: [NUMBERS.cold, NUMBERS.coldSpare],
    adminPhones: [NUMBERS.customerAdmin],
    policy: options.policy,
    protocol: options.protocol,
    rekeyAt: options.rekeyAt,
    utcOffsetMinutes: 0,
    pollMs: options.polls.vMs,
    batchPollMs: 2 * options.polls.vMs,
    onEvent: options.onEvent,
  };
}

/** Starts website, V and V's modem. */
export async function startCustomer(options: CustomerOptions): Promise<Customer> {
  const { runtime } = options;
  const websiteFile = join(options.folder, 'website.db');
  const website = await openWebsite(options, websiteFile);
  const line = wire(runtime);
  const modem = createSim800({
    runtime,
    seed: `${options.seed}/v-modem`,
    number: NUMBERS.v,
    network: options.gsm,
    port: line[1],
    kind: options.modemKind,
    mood: options.mood,
  });
  const forV = vOptions(options, website.url, line[0]);
  let v = await startVDevice(forV);
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
      v = await startVDevice(forV);
    },
    async close() {
      await v.close();
      modem.close();
      await website.close();
    },
  };
}
