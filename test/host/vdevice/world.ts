// A world around one V in virtual time: a website and an API with levers, an HSM-Cold that speaks the binary protocol
// with its own half of protocol/, and a modem that hands SMS over after a second. Nothing here is V's code.

import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha256';
import { channelKey, type Channel, type ChannelPeers } from '../../../protocol/channel/channel';
import { batchDigest, batchProof } from '../../../protocol/request/authority';
import { aBatchVerify, batchAnswerFields, openSms, sealSms, smsChannelHint, smsOp } from '../../../protocol/sms/v2';
import type { CborValue } from '../../../protocol/cbor';
import { BATCH_OK, SMS_BATCH_ANSWER, SMS_BATCH_VERIFY, SMS_OPEN, SMS_PORT, SMS_RENEW } from '../../../protocol/wire';
import { ColdChannels, ignoring } from '../../../tools/bench/wire/channel-ends';
import { protocolCrypto } from '../../../host/kit/protocol-crypto';
import type { Runtime } from '../../../host/kit/runtime';
import { createVirtualRuntime, type VirtualRuntime } from '../../../host/sim/clock/virtual-runtime';
import { encryptBoundInfo, encryptVtestInfo } from '../../../host/v1';
import {
  startVDevice,
  type AccountPublic,
  type IncomingSms,
  type VDevice,
  type VDeviceOptions,
} from '../../../host/vdevice';
import { addressOf, fakeBatch, startFakeApi, type FakeApi } from './fake-api';

export const PASSWORD = '20160721';
export const COLD = '+8613900000001';
export const COLD_SPARE = '+8613900000002';
export const ADMIN = '+8613800000009';
export const PAYEE = addressOf('payee');
export const V_PRIV = sha256('v identity');
export const COLD_PRIV = sha256('cold identity');
const START_MS = Date.UTC(2026, 0, 5, 12, 0, 0);
const SMS_DELAY_MS = 1000;

export interface SentSms {
  to: string;
  text?: string;
  data?: Uint8Array;
}

export interface World {
  runtime: VirtualRuntime;
  api: FakeApi;
  site: FakeSite;
  cold: FakeCold;
  v: VDevice;
  /** All that V sent, oldest first. */
  sms: SentSms[];
  adminTexts(): string[];
  /** Cut: what V sends or gets from now on is lost. */
  lose: { fromV: (sms: SentSms) => boolean; toV: boolean };
  deliver(sms: IncomingSms): void;
  restart(changes?: Partial<VDeviceOptions>): Promise<void>;
  /** Lets `seconds` pass. */
  pass(seconds: number): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
  folder: string;
}

export interface FakeSite {
  url: string;
  vtest: unknown;
  /** What GET /vtest?query answers; a website that does not know the query has none. */
  behind?: (query: string) => unknown;
  batch: unknown;
  reports: Record<string, string>[];
  batchReports: Record<string, string>[];
  /** GET /batch so far. */
  batchPolls: number;
  /** What POST /vtest answers. */
  accepts: boolean;
  close(): Promise<void>;
}

async function startFakeSite(): Promise<FakeSite> {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      const form = Object.fromEntries(new URLSearchParams(text));
      const [path, query] = request.url!.replace('/api/v1/open', '').split('?');
      if (request.method === 'GET' && path === '/batch') site.batchPolls++;
      let body: unknown = null;
      if (request.headers.token !== 'site-token') response.statusCode = 401;
      else if (request.method === 'GET')
        body = path !== '/vtest' ? site.batch : query && site.behind ? site.behind(query) : site.vtest;
      else {
        (path === '/vtest' ? site.reports : site.batchReports).push(form);
        body = { result: site.accepts };
        if (site.accepts && path === '/vtest') site.vtest = null;
        if (site.accepts && path === '/batch') site.batch = null;
      }
      response.end(JSON.stringify(body));
    });
  });
  const site: FakeSite = {
    url: '',
    vtest: null,
    batch: null,
    reports: [],
    batchReports: [],
    batchPolls: 0,
    accepts: true,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site.url = 'http://127.0.0.1:' + (server.address() as AddressInfo).port;
  return site;
}

export interface FakeCold {
  /** Channels it made, newest last. */
  channels: Channel[];
  /** The list it vouches for. */
  list(side: number, batchNo: number): { address: string }[];
  /** Called with each answer before it goes out; undefined: keeps silent. */
  answer: (sms: Uint8Array, op: number) => Uint8Array | undefined;
  take(data: Uint8Array): void;
  seal(op: number, fields: CborValue[]): Uint8Array;
  /** Loses its channels, as by a restore. */
  forget(): void;
  /** Operations that it understood. */
  ops: number[];
}

export function fakeCold(runtime: Runtime, account: number, send: (data: Uint8Array) => void): FakeCold {
  const crypto = protocolCrypto((n) => runtime.random(n));
  const vIdentity33 = crypto.pubkeyCreate(V_PRIV);
  const peers: ChannelPeers = {
    network: 'regtest',
    account,
    coldIdentity33: crypto.pubkeyCreate(COLD_PRIV),
    vIdentity33,
  };
  const channels = new ColdChannels(crypto, peers, COLD_PRIV);
  channels.lastId = 6;
  const cold: FakeCold = {
    channels: [],
    ops: [],
    list: (side, batchNo) => fakeBatch(side === 2 ? 'cold' : 'hot', batchNo),
    answer: (sms) => sms,
    forget: () => void (channels.current = channels.next = undefined),
    seal: (op, fields) => sealSms(crypto, cold.channels[cold.channels.length - 1], 'to-v', op, fields),
    take(data) {
      const op = smsOp(data);
      cold.ops.push(op);
      let reply: Uint8Array | undefined;
      if (op === SMS_OPEN || op === SMS_RENEW) {
        const before = channels.next;
        ignoring(() => (reply = channels.take(data).accept));
        if (channels.next && channels.next !== before) cold.channels.push(channels.next);
      } else if (op === SMS_BATCH_VERIFY) {
        const channel = cold.channels.find((item) => (item.id & 0xffff) === smsChannelHint(data))!;
        const { side, batchNo } = aBatchVerify(openSms(crypto, channel, 'to-cold', data).fields);
        const digest = batchDigest(
          crypto,
          { network: 'regtest', account, side, batchNo },
          cold.list(side, batchNo).map((item) => item.address),
        );
        const fields = batchAnswerFields({
          side,
          batchNo,
          status: BATCH_OK,
          seconds: 0,
          proof: batchProof(crypto, channelKey(crypto, channel, 'proof', 32), side, batchNo, digest),
        });
        reply = sealSms(crypto, channel, 'to-v', SMS_BATCH_ANSWER, fields);
      }
      const out = reply && cold.answer(reply, op);
      if (out) send(out);
    },
  };
  return cold;
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The account public file of the fake HSM-Cold. */
export function accountFile(): AccountPublic {
  const crypto = protocolCrypto(() => new Uint8Array(0));
  const none = { xpub: '', descriptor: '' };
  return {
    account: 0,
    network: 'regtest',
    script: 'p2wpkh',
    identity: hexOf(crypto.pubkeyCreate(COLD_PRIV)),
    fingerprint: '00000000',
    cold: none,
    hot: none,
  };
}

/** A withdrawal as the website hands it out. */
export async function vtestOf(
  id: number | string,
  outs: string,
  extra: { password?: string; sealed?: boolean; plain?: string; dynamic?: 0 | 1 } = {},
): Promise<object> {
  const random = (n: number) => globalThis.crypto.getRandomValues(new Uint8Array(n));
  const password = extra.password ?? PASSWORD;
  const info =
    extra.sealed === false || extra.plain !== undefined
      ? await encryptVtestInfo(extra.plain ?? JSON.stringify({ outs, dynamic: extra.dynamic ?? 0 }), password, random)
      : await encryptBoundInfo({ outs, dynamic: extra.dynamic ?? 0 }, id as number, password, random);
  return { vtest_info: info, vtest_at: '2026-01-05T12:00:00', vtest_id: id };
}

/** V's options, with no limit for a day unless the policy has one. */
function withDayLimit<Given extends Partial<VDeviceOptions>>(given: Given): Given & Pick<VDeviceOptions, 'policy'> {
  return { ...given, policy: { windowMaxSats: 'none', ...given.policy } };
}

export async function createWorld(changes: Partial<VDeviceOptions> = {}, clock?: VirtualRuntime): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'vdevice-'));
  const runtime = clock ?? createVirtualRuntime({ seed: 'v', startMs: START_MS, pace: 'fast' });
  const api = await startFakeApi({ cold: 'cold-token', hot: 'hot-token' });
  const site = await startFakeSite();
  const sms: SentSms[] = [];
  const lose = { fromV: (_sms: SentSms) => false, toV: false };
  let listener: ((incoming: IncomingSms, done: () => void) => void) | undefined;
  const deliver = (incoming: IncomingSms): void => {
    runtime.after(SMS_DELAY_MS, () => {
      if (!lose.toV) listener?.(incoming, () => undefined);
    });
  };
  const cold = fakeCold(runtime.child('cold'), 0, (data) => deliver({ from: COLD, data, port: SMS_PORT }));
  const out = (item: SentSms): void => {
    sms.push(item);
    if (lose.fromV(item) || !item.data) return;
    if (item.to === COLD || item.to === COLD_SPARE) runtime.after(SMS_DELAY_MS, () => cold.take(item.data!));
  };
  const options = withDayLimit({
    runtime: runtime.child('v'),
    file: join(folder, 'v.db'),
    websiteUrl: site.url,
    websiteToken: 'site-token',
    password: PASSWORD,
    apiUrl: api.url,
    apiToken: 'hot-token',
    identityPriv: V_PRIV,
    account: accountFile(),
    hsmPhones: [COLD, COLD_SPARE],
    adminPhones: [ADMIN],
    utcOffsetMinutes: 0,
    modem: {
      sendText: (to, text) => out({ to, text }),
      sendData: (to, _port, data) => out({ to, data }),
      onSms: (next) => void (listener = next),
    },
    ...changes,
  });
  const world: World = {
    runtime,
    api,
    site,
    cold,
    sms,
    lose,
    deliver,
    folder,
    v: await startVDevice(options),
    adminTexts: () => sms.filter((item) => item.to === ADMIN).map((item) => item.text!),
    async restart(more = {}) {
      await runtime.runWhile(world.v.close(), 'V to stop');
      world.v = await startVDevice(withDayLimit({ ...options, ...more }));
    },
    pass: (seconds) => runtime.runFor(seconds * 1000),
    async open() {
      await world.v.openChannel();
      await world.pass(5);
    },
    async close() {
      await runtime.runWhile(world.v.close(), 'V to stop');
      runtime.close();
      await api.close();
      await site.close();
      rmSync(folder, { recursive: true });
    },
  };
  return world;
}
