/**
 * Mutations of sound CBOR, link frames and SMS. A decoder must answer with a code or with a value that stands for
 * exactly those octets; an authenticated frame or SMS that was changed must not be taken. Seeded, so a case can be
 * found again.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { cborDecode, cborEncode } from '../../../protocol/cbor';
import { beginOpen, finishPending, pendingSms } from '../../../protocol/channel/channel-v';
import { frameBody, frameLine } from '../../../protocol/link/frame';
import { linkFeed } from '../../../protocol/link/link';
import { aSignBegin, aSignInput } from '../../../protocol/link/messages';
import { parseOuts } from '../../../protocol/request/outs';
import { openSms, sealSms } from '../../../protocol/sms/v2';
import { v1ParseToCold, v1ParseToV } from '../../../protocol/sms/v1';
import { MESSAGE_ITEMS_MAX, SMS_BATCH_VERIFY } from '../../../protocol/wire';
import { protocolCrypto } from '../../../host/kit/protocol-crypto';
import { ColdChannels, identities, VChannels } from './channel-ends';
import { bareLink, seeded, seededBytes } from './line';
import { anyValue } from './values';

export interface FuzzResult {
  cases: number;
  wrong: number;
  /** First few wrong cases, for whoever looks into them. */
  samples: string[];
  heapGrowthBytes: number;
}

type Next = () => number;
type Target = (next: Next) => string | undefined;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** One to three changes: a bit, an octet, a cut, a piece put in, a piece twice. */
export function mutate(bytes: Uint8Array, next: Next): Uint8Array {
  let out = Array.from(bytes);
  const times = 1 + Math.floor(next() * 3);
  for (let i = 0; i < times; i++) {
    const at = Math.floor(next() * (out.length + 1));
    const kind = next();
    if (kind < 0.35 && out.length) out[Math.min(at, out.length - 1)] ^= 1 << Math.floor(next() * 8);
    else if (kind < 0.55 && out.length) out[Math.min(at, out.length - 1)] = Math.floor(next() * 256);
    else if (kind < 0.7) out = out.slice(0, at);
    else if (kind < 0.85) out.splice(at, 0, Math.floor(next() * 256));
    else out = [...out.slice(0, at), ...out.slice(Math.max(0, at - 4))];
  }
  return Uint8Array.from(out);
}

/** Runs what may throw a coded error; anything else thrown is a crash. */
function guarded(run: () => string | undefined): string | undefined {
  try {
    return run();
  } catch (error) {
    return typeof (error as { code?: unknown }).code === 'string' ? undefined : `crash: ${(error as Error).stack}`;
  }
}

function cborTarget(): Target {
  return (next) => {
    const bytes = mutate(cborEncode(anyValue(next, 2)), next);
    return guarded(() => {
      const again = cborEncode(cborDecode(bytes, MESSAGE_ITEMS_MAX * 4));
      // A whole number as a float is the one form that is forgiven.
      return hex(again) === hex(bytes) || bytes.some((b) => b >= 0xf9 && b <= 0xfb)
        ? undefined
        : `two forms: ${hex(bytes)}`;
    });
  };
}

function messageTarget(): Target {
  const begin = cborEncode([
    0,
    2,
    1,
    '8001',
    'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080,10000',
    1,
    new Uint8Array(32),
    2,
    0,
    2,
    1410,
    null,
  ]);
  const input = cborEncode([0, new Uint8Array(32), 0, 4294967293, 0, 5, 222]);
  const outs = Buffer.from(
    'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080,10000;1NbbvxBYxGGCBhaM8mow1HFWA7dB5yukmY,2000',
  );
  return (next) =>
    guarded(() => {
      const kind = next();
      if (kind < 0.4) aSignBegin(cborDecode(mutate(begin, next)) as never[]);
      else if (kind < 0.7) aSignInput(cborDecode(mutate(input, next)) as never[]);
      else {
        const text = Buffer.from(mutate(outs, next)).toString('latin1');
        const back = parseOuts(text, 'regtest', () => true)
          .map((out) => `${out.address},${out.sats}`)
          .join(';');
        return back === text ? undefined : `outs read otherwise: ${text}`;
      }
      return undefined;
    });
}

/** A mutated line must give no payload that was not sent. */
function frameTarget(isSecure: boolean): Target {
  const bodies: Uint8Array[] = [];
  return (next) => {
    const body = seededBytes(next)(1 + Math.floor(next() * 300));
    const wire = mutate(frameLine(body, false), next);
    return guarded(() => {
      const end = wire.indexOf(0);
      const back = end > 0 ? frameBody(wire, end) : undefined;
      if (back && hex(frameLine(back, false)) !== hex(wire.subarray(0, end + 1))) return `two COBS forms: ${hex(wire)}`;
      bodies.push(wire);
      if (bodies.length < 16) return undefined;
      const secure = isSecure
        ? { linkKey32: new Uint8Array(32).fill(1), crypto: protocolCrypto(seededBytes(next)) }
        : undefined;
      const link = bareLink({ role: 'responder', bootId: 1, secure }, () => undefined);
      for (const line of bodies.splice(0)) linkFeed(link, line, 5);
      return link.inbox.length || link.session ? 'a link came up out of noise' : undefined;
    });
  };
}

function smsTarget(seed: number): Target {
  const crypto = protocolCrypto(seededBytes(seeded(seed)));
  const ids = identities(crypto);
  const cold = new ColdChannels(crypto, ids.peers, ids.coldPriv);
  const v = new VChannels(crypto, ids.peers, ids.vPriv);
  v.take(cold.take(v.ask()).accept!);
  const body = sealSms(crypto, v.current!, 'to-cold', SMS_BATCH_VERIFY, [1, 5]);
  cold.take(sealSms(crypto, v.current!, 'to-cold', SMS_BATCH_VERIFY, [1, 4]));
  const pending = beginOpen(crypto, 9);
  const open = pendingSms(crypto, v.pair, pending);
  const accept = new ColdChannels(crypto, ids.peers, ids.coldPriv).take(open).accept!;
  return (next) => {
    const kind = next();
    return guarded(() => {
      const original = kind < 0.9 ? body : kind < 0.98 ? open : accept;
      const sms = mutate(original, next);
      if (hex(sms) === hex(original)) return undefined;
      if (kind < 0.9) openSms(crypto, { ...cold.current! }, 'to-cold', sms);
      else if (kind < 0.98) openSms(crypto, { ...cold.pair }, 'to-cold', sms);
      else finishPending(crypto, { priv32: ids.vPriv, coldIdentity33: ids.peers.coldIdentity33 }, v.pair, pending, sms);
      return `forged SMS taken: ${hex(sms)}`;
    });
  };
}

function textTarget(): Target {
  const texts = [
    `CC:QH:02${'AB'.repeat(32)}:H_ID:7:`,
    'CC:VERIFY_HOT_ADDRESSES:0:BTC:',
    'CC:CHANNEL_OK:9:',
    `CC:QC:03${'0F'.repeat(32)}:C_ID:1:H_ID:7:`,
  ].map((text) => Buffer.from(text));
  return (next) =>
    guarded(() => {
      const text = Buffer.from(mutate(texts[Math.floor(next() * texts.length)], next)).toString('latin1');
      v1ParseToCold(text);
      v1ParseToV(text);
      return undefined;
    });
}

/** Runs `cases` mutations over all targets; `seed` chooses them. */
export function fuzzWire(cases: number, seed = 20261122): FuzzResult {
  const next = seeded(seed);
  const targets: [number, Target][] = [
    [0.4, cborTarget()],
    [0.6, messageTarget()],
    [0.75, frameTarget(false)],
    [0.85, frameTarget(true)],
    [0.9, smsTarget(seed)],
    [1, textTarget()],
  ];
  const samples: string[] = [];
  let wrong = 0;
  let heapBefore = 0;
  for (let i = 0; i < cases; i++) {
    if (i === Math.floor(cases / 10)) heapBefore = settledHeapBytes();
    const choice = next();
    const found = (targets.find(([upTo]) => choice < upTo) as [number, Target])[1](next);
    if (found !== undefined && ++wrong && samples.length < 5) samples.push(found);
  }
  return { cases, wrong, samples, heapGrowthBytes: Math.max(0, settledHeapBytes() - heapBefore) };
}

/** Heap in use after a collection. */
function settledHeapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
