// Pairing: V makes its identity, the operator enters its public half at HSM-Cold's console, and both screens show the
// same short code. The account public file goes from HSM-Cold to V by hand; the code is what makes a swapped file show.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pairingCode } from '../../../protocol/request/authority';
import { fail } from '../../../protocol/errors';
import { protocolCrypto } from '../../kit/protocol-crypto';
import { hex, openSealer, unhex } from '../seal';
import type { AccountPublic } from '../types';

export interface Identity {
  /** 32 bytes, secret. */
  priv: Uint8Array;
  /** 33 bytes hex: what the operator enters at HSM-Cold. */
  pub: string;
}

const noRandom = (): never => {
  throw fail('no-random', 'nothing random is needed here');
};

/**
 * Reads V's identity, makes it when `file` is absent. The file holds the public half and the sealed private one; its
 * key is in `<file>.key` (both mode 600). Throws `identity-file`, `seal-broken`.
 */
export function openIdentity(file: string, random: (lenBytes: number) => Uint8Array): Identity {
  const sealer = openSealer(file + '.key', random);
  if (!existsSync(file)) {
    const priv = newKey(random);
    const pub = hex(protocolCrypto(noRandom).pubkeyCreate(priv));
    writeFileSync(file, JSON.stringify({ pub, sealed: sealer.seal('identity ' + pub, hex(priv)) }) + '\n', {
      mode: 0o600,
      flag: 'wx',
    });
  }
  let kept: { pub: string; sealed: string };
  try {
    kept = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw fail('identity-file', file + ' is not an identity file');
  }
  const priv = unhex(sealer.open('identity ' + kept.pub, kept.sealed) as string);
  return { priv, pub: kept.pub };
}

/** Reads and checks an account public file (path or content). Throws `account-file` naming the field. */
export function readAccount(source: string | AccountPublic): AccountPublic {
  let account: AccountPublic;
  try {
    account = typeof source === 'string' ? JSON.parse(readFileSync(source, 'utf8')) : source;
  } catch (error) {
    throw fail('account-file', `cannot read ${source}: ${(error as Error).message}`);
  }
  const bad = (field: string, expected: string) => fail('account-file', `${field}: expected ${expected}`);
  if (!Number.isInteger(account?.account) || account.account < 0 || account.account > 65535)
    throw bad('account', '0..65535');
  if (!['main', 'test', 'regtest'].includes(account.network)) throw bad('network', 'main, test or regtest');
  if (!/^0[23][0-9a-f]{64}$/.test(account.identity ?? '')) throw bad('identity', '33 bytes hex');
  return account;
}

/** `xxxxx-xxxxx`, to be compared with HSM-Cold's console before the account is used. */
export function codeOf(account: AccountPublic, vIdentity33: Uint8Array): string {
  return pairingCode(protocolCrypto(noRandom), unhex(account.identity), vIdentity33);
}

/** Throws `pairing-mismatch` when the account file was made for another V, or carries a code that is not ours. */
export function aPaired(account: AccountPublic, vIdentity33: Uint8Array): void {
  if (account.v_identity !== undefined && account.v_identity !== hex(vIdentity33))
    throw fail('pairing-mismatch', 'the account file names another V-Device');
  if (account.pairing_code !== undefined && account.pairing_code !== codeOf(account, vIdentity33)) {
    throw fail('pairing-mismatch', 'the pairing code of the account file is not the one of this V-Device');
  }
}

function newKey(random: (lenBytes: number) => Uint8Array): Uint8Array {
  for (;;) {
    const priv = random(32);
    try {
      protocolCrypto(noRandom).pubkeyCreate(priv);
      return priv;
    } catch {
      // Not a scalar of the curve, once in 2^128: draw again.
    }
  }
}
