/**
 * Which channel a binary SMS belongs to: it is found by the hint in its head and opened under the channel's key.
 */
import { wipe } from '../../crypto/index';
import type { Cold } from '../cold';
import type { Account } from '../state/state';
import { pairKey, pairChannel, type Channel } from '../../../protocol/channel/channel';
import { openOf, saveChannels, promoteChannel } from '../state/channels';
import { identityPriv } from '../secrets/account-keys';
import type { CborValue } from '../../../protocol/cbor/types';
import { smsChannelHint, openSms } from '../../../protocol/sms/v2';
import { SMS_OPEN } from '../../../protocol/wire';
import { requireAccount } from '../state/accounts';
import type { Thrown } from '../link/refusal';

/** The channel that carries OPEN. Its key costs one multiplication, once an account, and is then written down. */
export function pairOf(cold: Cold, account: Account): Channel {
  const it = openOf(cold, account);
  if (!it.gate.length) {
    const priv = identityPriv(cold, account.n);
    it.gate = pairKey(
      cold.crypto,
      {
        network: account.network,
        account: account.n,
        coldIdentity33: account.identity,
        vIdentity33: account.vIdentity,
      },
      priv,
      account.vIdentity,
    );
    wipe(priv);
    saveChannels(cold, account);
  }
  return pairChannel(account.n, it.gate);
}

export interface OpenedUnder {
  account: Account;
  channel: Channel;
  op: number;
  seq: number;
  fields: CborValue[];
}

/** Finds the channel that an operation belongs to and opens it; undefined when none fits. */
export function openUnderChannel(cold: Cold, data: Uint8Array): OpenedUnder | undefined {
  const hint = smsChannelHint(data);
  const isOpen = data[0] === SMS_OPEN;
  for (let n = 0; n < cold.state.accountCount; n++) {
    if (isOpen && n !== hint) continue;
    const account = requireAccount(cold, n);
    const it = openOf(cold, account);
    for (let k = isOpen ? 2 : 0; k < (isOpen ? 3 : 2); k++) {
      const channel = k > 1 ? pairOf(cold, account) : k ? it.next : it.channel;
      if (!channel || (channel.id & 65535) !== hint) continue;
      try {
        const opened = openSms(cold.crypto, channel, 'to-cold', data);
        if (k === 1) promoteChannel(cold, account);
        return { account: account, channel: channel, op: opened.op, seq: opened.seq, fields: opened.fields };
      } catch (error) {
        if (!(error as Thrown).code) throw error;
      }
    }
  }
  return undefined;
}
