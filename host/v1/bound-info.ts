// The object inside vtest_info, and the seal that ties it to its vtest_id. Spec: docs/published-app.md 6.2 and 7.
// The published format is neither authenticated nor bound: whoever writes the website's table can copy a ciphertext
// under a new id and have it paid twice. So the website adds two fields that the published app ignores:
//   "vtest_id": 11, "seal": hex of HMAC-SHA256(HMAC-SHA256(aes key, "chaincloud vtest seal"),
//   "<vtest_id>\n<dynamic>\n<outs>") V checks them when they are there; when it may do without them is its own decision
//   (host/vdevice).

import { createHmac, timingSafeEqual } from 'node:crypto';
import { fail } from '../../protocol/errors';
import { decryptParts, encryptParts, parseVtestInfo, vtestKey } from './vtest-info';

const SEAL_LABEL = 'chaincloud vtest seal';

export interface VtestInfo {
  outs: string;
  dynamic: 0 | 1;
  /** 1: only confirmed coins are to be spent. The authority does not cover it. */
  confirmed: 0 | 1;
  /** True when the seal was there and right. */
  sealed: boolean;
}

/** Encrypts a withdrawal for V, sealed to `vtestId`. */
export async function encryptBoundInfo(
  info: { outs: string; dynamic: 0 | 1; confirmed?: 0 | 1 },
  vtestId: number,
  password: string,
  random: (lenBytes: number) => Uint8Array,
): Promise<string> {
  const salt = random(8);
  const key = await vtestKey(password, salt);
  const seal = sealOf(key, String(vtestId), info.dynamic, info.outs).toString('hex');
  const plain = JSON.stringify({
    outs: info.outs,
    dynamic: info.dynamic,
    confirmed: info.confirmed,
    vtest_id: vtestId,
    seal,
  });
  const text = encryptParts(plain, key, salt, random(16));
  key.fill(0);
  return text;
}

/**
 * Decrypts and checks what the website gave under `vtestId`. Throws `vtest-format`, `vtest-decrypt`, `vtest-json` (not
 * the object of 6.2), `vtest-seal` (sealed to another id, or altered), `vtest-coin` (not BTC, or a field that BTC does
 * not have).
 */
export async function decryptBoundInfo(text: string, vtestId: string, password: string): Promise<VtestInfo> {
  const parts = parseVtestInfo(text);
  const key = await vtestKey(password, parts.salt);
  try {
    const object = anObject(decryptParts(parts, key));
    const info = readInfo(object);
    if (object.seal === undefined && object.vtest_id === undefined) return info;
    const seal = Buffer.from(typeof object.seal === 'string' ? object.seal : '', 'hex');
    const expected = sealOf(key, vtestId, info.dynamic, info.outs);
    if (String(object.vtest_id) !== vtestId || seal.length !== expected.length || !timingSafeEqual(seal, expected)) {
      throw fail('vtest-seal', 'the withdrawal is not sealed to this vtest_id');
    }
    return { ...info, sealed: true };
  } finally {
    key.fill(0);
  }
}

function sealOf(key: Uint8Array, vtestId: string, dynamic: number, outs: string): Buffer {
  const sealKey = createHmac('sha256', key).update(SEAL_LABEL).digest();
  return createHmac('sha256', sealKey)
    .update(vtestId + '\n' + dynamic + '\n' + outs)
    .digest();
}

function anObject(plain: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plain));
  } catch {
    throw fail('vtest-json', 'the plaintext is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw fail('vtest-json', 'the plaintext is not an object');
  return value as Record<string, unknown>;
}

function readInfo(object: Record<string, unknown>): VtestInfo {
  if (typeof object.outs !== 'string') throw fail('vtest-json', 'outs is not a text');
  const coin = object.coin_code ?? 'BTC';
  if (coin !== 'BTC') throw fail('vtest-coin', 'coin_code is not BTC');
  for (const name of ['memo', 'nonce', 'gas_price']) {
    if (object[name] !== undefined && object[name] !== null) throw fail('vtest-coin', name + ' does not exist for BTC');
  }
  if (object.out_type !== undefined && Number(object.out_type) !== 0)
    throw fail('vtest-coin', 'out_type does not exist for BTC');
  return {
    outs: object.outs,
    dynamic: aBit('dynamic', object.dynamic),
    confirmed: aBit('confirmed', object.confirmed),
    sealed: false,
  };
}

function aBit(name: string, value: unknown): 0 | 1 {
  if (value === undefined || value === 0 || value === '0') return 0;
  if (value === 1 || value === '1') return 1;
  throw fail('vtest-json', name + ' is neither 0 nor 1');
}
