/**
 * The key of the channel that carries OPEN, which the pairing makes: one multiplication, in steps, once an account.
 * `account add` takes them; after a restore the first OPEN does. Spec: SPEC.md 7.1.
 */
import { ecdhStart, ecdhStep, wipe } from '../../crypto/index';
import { pairKeyOf, secretOf } from '../../../protocol/channel/channel';
import { smsChannelHint } from '../../../protocol/sms/v2';
import { SMS_OPEN } from '../../../protocol/wire';
import type { Cold } from '../cold';
import { schedule } from '../scheduler';
import { identityPriv } from '../secrets/account-keys';
import { requireAccount } from '../state/accounts';
import { openOf, saveChannels } from '../state/channels';

/** A pairing's key under way. Secret: both; endGate() overwrites them. */
export interface GateWork {
  shared?: ReturnType<typeof ecdhStart>;
  secret?: Uint8Array;
}

/**
 * The next step of the key of account n; true while there are more. The account is read and written in steps of their
 * own, with the room that the curve gives back. Throws what ecdhStart() throws: then endGate().
 */
export function stepGate(cold: Cold, it: GateWork, n: number): boolean {
  if (it.shared) {
    const point = ecdhStep(it.shared);
    if (point) {
      it.shared = undefined;
      it.secret = secretOf(cold.crypto, point);
    }
    return true;
  }
  const account = requireAccount(cold, n);
  const open = openOf(cold, account);
  if (open.gate.length) return false;
  if (!it.secret) {
    const priv = identityPriv(cold, n);
    it.shared = ecdhStart(account.vIdentity, priv);
    wipe(priv);
    return true;
  }
  const peers = {
    network: account.network,
    account: n,
    coldIdentity33: account.identity,
    vIdentity33: account.vIdentity,
  };
  open.gate = pairKeyOf(cold.crypto, peers, it.secret);
  endGate(it);
  saveChannels(cold, account);
  return false;
}

/** Overwrites what the work has in hand. */
export function endGate(it: GateWork): void {
  if (it.shared) it.shared.secret.fill(0);
  if (it.secret) wipe(it.secret);
  it.shared = it.secret = undefined;
}

/** Number of the account whose key an OPEN needs first; -1: none. data: an operation. */
export function gateWanted(cold: Cold, data: Uint8Array): number {
  const n = data[0] === SMS_OPEN ? smsChannelHint(data) : -1;
  return n >= 0 && n < cold.state.accountCount && !openOf(cold, requireAccount(cold, n)).gate.length ? n : -1;
}

/** Makes the key of account n in steps of a task, then calls `done`; locking the board meanwhile ends it. */
export function makeGate(cold: Cold, n: number, done: () => void, failed: () => void): void {
  const keys = cold.keys;
  const it: GateWork = {};
  schedule(cold, {
    isIdle: false,
    step: function () {
      if (cold.keys === keys && stepGate(cold, it, n)) return true;
      endGate(it);
      done();
      return false;
    },
    failed: function () {
      endGate(it);
      failed();
    },
  });
}
