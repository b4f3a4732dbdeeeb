/**
 * Which channel a binary SMS belongs to: it is found by the hint in its head and opened under the channel's key.
 */
import type { Cold } from '../cold';
import type { Account, OpenAccount } from '../state/state';
import { pairChannel, type Channel } from '../../../protocol/channel/channel';
import { openOf, promoteChannel } from '../state/channels';
import type { CborValue } from '../../../protocol/cbor/types';
import { smsChannelHint, openSms } from '../../../protocol/sms/v2';
import { SMS_OPEN } from '../../../protocol/wire';
import { requireAccount } from '../state/accounts';
import type { Thrown } from '../link/refusal';

export interface OpenedUnder {
  account: Account;
  channel: Channel;
  op: number;
  seq: number;
  fields: CborValue[];
}

/** An account's channels by their place: in use, given out, the pairing's, which has its key from pairing.ts. */
function channelOf(n: number, it: OpenAccount, place: number): Channel | undefined {
  if (place < 2) return place ? it.next : it.channel;
  return it.gate.length ? pairChannel(n, it.gate) : undefined;
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
      const channel = channelOf(n, it, k);
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
