// The four programs that are killed, with their settings, on a world of their own.
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { secp256k1 } from '@noble/curves/secp256k1';
import type { RegisteredAccount } from '../../../host/api';
import { hexOf } from '../../../host/bitcoin/hex';
import { NUMBERS, SIM_TOKENS } from '../../../host/sim/numbers';
import { createShop, type Shop } from '../../../host/sim/parties/shop';
import { V_POLICY } from '../../../host/sim/parties/customer-side';
import { knock, type VStatus } from '../../../host/vdevice';
import { openSealer } from '../../../host/vdevice/seal';
import { createProgram, type Program } from './program';
import { ACCOUNT_FILE, type World } from './world';

export const PROGRAM_NAMES = ['api', 'gateway', 'vdevice', 'website'] as const;
type ProgramName = (typeof PROGRAM_NAMES)[number];

const WEBSITE_FILE = 'website.db';
const V_FILE = 'v.db';
const DOOR = 'door';
/** Milliseconds between two looks of a program for work. */
const POLL_MS = 150;
/** Far from the daily key exchange. */
const HALF_A_DAY_MS = 43_200_000;
const CHANNEL_LIMIT_MS = 120_000;
const CHANNEL_TRY_MS = 200;

export interface System {
  programs: Record<ProgramName, Program>;
  shop: Shop;
  files: { website: string; v: string };
  end(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** V's identity as `chaincloud vdevice --pair` keeps it. */
function writeIdentity(file: string, priv: Uint8Array): void {
  const pub = hexOf(secp256k1.getPublicKey(priv));
  const random = (lenBytes: number): Uint8Array => globalThis.crypto.getRandomValues(new Uint8Array(lenBytes));
  const sealed = openSealer(`${file}.key`, random).seal(`identity ${pub}`, hexOf(priv));
  writeFileSync(file, JSON.stringify({ pub, sealed }));
}

/** Starts the API and enters the account; returns its tokens. */
async function register(api: Program, apiUrl: string, file: object): Promise<RegisteredAccount['tokens']> {
  api.start();
  await api.ready();
  const answer = await fetch(`${apiUrl}/api/v1/admin/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', token: SIM_TOKENS.apiAdmin },
    body: JSON.stringify({ file }),
  });
  if (!answer.ok) throw new Error(`the API refused the account: ${await answer.text()}`);
  return ((await answer.json()) as RegisteredAccount).tokens;
}

/** Coins for the hot side, in a block. */
async function fund(world: World, apiUrl: string, token: string, coins: readonly number[]): Promise<void> {
  const answer = await fetch(`${apiUrl}/api/v1/open/address/batch/0`, { headers: { token } });
  const addresses = (await answer.json()) as { address: string }[];
  for (const [i, sats] of coins.entries()) await world.node.fund(addresses[i].address, sats);
  await world.node.mine(1);
}

/** Has V open its channel and pay from then on. */
async function openChannel(door: string): Promise<void> {
  const endMs = Date.now() + CHANNEL_LIMIT_MS;
  await knock(door, 'open-channel');
  while (((await knock(door, 'status')) as VStatus).channel === null) {
    if (Date.now() > endMs) throw new Error('V and HSM-Cold have no channel');
    await new Promise((done) => setTimeout(done, CHANNEL_TRY_MS));
  }
  await knock(door, 'start');
}

/** Where the programs are, and what they show each other. */
interface Places {
  folder: string;
  apiUrl: string;
  websiteUrl: string;
  tokens: RegisteredAccount['tokens'];
}

/** The programs that need the account's tokens; none is started. */
function customerPrograms(
  world: World,
  { folder, apiUrl, websiteUrl, tokens }: Places,
): Record<'website' | 'vdevice', Program> {
  const at = (name: string): string => join(folder, name);
  const shared = { password: SIM_TOKENS.password, apiUrl };
  const website = {
    ...shared,
    file: at(WEBSITE_FILE),
    port: Number(new URL(websiteUrl).port),
    token: SIM_TOKENS.website,
    apiTokens: { cold: tokens.cold_receiving, hot: tokens.hot_sending },
    adminToken: SIM_TOKENS.shop,
  };
  writeIdentity(at('identity.json'), world.ceremony.vIdentityPriv);
  const vdevice = {
    ...shared,
    modemPort: world.modemPort,
    identityFile: at('identity.json'),
    file: at(V_FILE),
    websiteUrl,
    websiteToken: SIM_TOKENS.website,
    apiToken: tokens.hot_sending,
    account: at(ACCOUNT_FILE),
    hsmPhones: [NUMBERS.cold, NUMBERS.coldSpare],
    adminPhones: [NUMBERS.customerAdmin],
    policy: V_POLICY,
    rekeyAt: new Date(Date.now() + HALF_A_DAY_MS).toISOString().slice(11, 16),
    utcOffsetMinutes: 0,
    pollMs: POLL_MS,
    socket: at(DOOR),
  };
  return {
    website: createProgram('website', folder, website, /the website is at/),
    vdevice: createProgram('vdevice', folder, vdevice, /V is up/),
  };
}

/** Starts all of it on `database`, with `coins` to pay from. `folder` takes the files. */
export async function startSystem(
  world: World,
  folder: string,
  database: string,
  coins: readonly number[],
): Promise<System> {
  const [apiPort, websitePort] = [await freePort(), await freePort()];
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const websiteUrl = `http://127.0.0.1:${websitePort}`;
  const { gateway: gatewayToken, apiAdmin: adminToken } = SIM_TOKENS;
  const looks = { chainPollMs: POLL_MS };
  const apiSettings = { network: 'regtest', rpc: world.node.rpc, database, port: apiPort, adminToken, gatewayToken };
  const api = createProgram('api', folder, { ...apiSettings, ...looks }, /the API is at/);
  const tokens = await register(api, apiUrl, world.ceremony.file);
  await fund(world, apiUrl, tokens.hot_sending, coins);
  const gatewaySettings = { port: world.hotPort, apiUrl, gatewayToken, name: 'bench', pollMs: POLL_MS };
  const gateway = createProgram('gateway', folder, gatewaySettings, /the gateway serves/);
  const programs = { api, gateway, ...customerPrograms(world, { folder, apiUrl, websiteUrl, tokens }) };
  for (const program of Object.values(programs)) if (program !== api) program.start();
  for (const program of Object.values(programs)) await program.ready();
  await openChannel(join(folder, DOOR));
  return {
    programs,
    shop: createShop(websiteUrl, SIM_TOKENS.shop),
    files: { website: join(folder, WEBSITE_FILE), v: join(folder, V_FILE) },
    end: async () => void (await Promise.all(Object.values(programs).map((program) => program.end()))),
  };
}
