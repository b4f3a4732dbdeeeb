// V as far as HSM-Cold can tell: its identity, the channel, operations by SMS and send authorities, with the host's
// primitives.
import { sendAuthority, sendContent } from '../../protocol/request/authority';
import { channelKey, pairChannel, pairKey, type Channel, type ChannelPeers } from '../../protocol/channel/channel';
import { beginOpen, beginRenew, finishPending, pendingSms, type Pending } from '../../protocol/channel/channel-v';
import { openSms, sealSms, smsOp } from '../../protocol/sms/v2';
import { SMS_ACCEPT, SMS_PORT } from '../../protocol/wire';
import type { AccountFile } from '../../host/api/types';
import { protocolCrypto } from '../../host/kit/protocol-crypto';
import type { Runtime } from '../../host/kit/runtime';
import type { Person } from '../../host/sim/gsm';

/** What its authorities allow for fees: more than the accounts' own limits. */
export const V_MAX_FEE_SATS = 100_000_000;

export class VDouble {
  readonly crypto;
  readonly identityPriv: Uint8Array;
  readonly identityPub: Uint8Array;
  peers!: ChannelPeers;
  pairing!: Channel;
  pending?: Pending;
  channel?: Channel;
  counter = 0;
  /** Operations that came from HSM-Cold under the channel. */
  received: { op: number; fields: any[] }[] = [];
  forged = 0;

  constructor(
    readonly phone: Person,
    readonly coldNumber: string,
    runtime: Runtime,
  ) {
    this.crypto = protocolCrypto((lenBytes) => runtime.random(lenBytes));
    this.identityPriv = runtime.random(32);
    this.identityPub = this.crypto.pubkeyCreate(this.identityPriv);
    phone.onSms((sms) => {
      if (sms.data && sms.port === SMS_PORT) this.take(sms.data);
    });
  }

  pair(file: AccountFile): void {
    const cold = Uint8Array.from(Buffer.from(file.identity, 'hex'));
    this.peers = { network: file.network, account: file.account, coldIdentity33: cold, vIdentity33: this.identityPub };
    this.pairing = pairChannel(file.account, pairKey(this.crypto, this.peers, this.identityPriv, cold));
  }

  send(data: Uint8Array): void {
    this.phone.sendData(this.coldNumber, data, SMS_PORT);
  }

  /** Asks for a channel between the identities. */
  open(): void {
    this.pending = beginOpen(this.crypto, ++this.counter);
    this.send(pendingSms(this.crypto, this.pairing, this.pending));
  }

  /** Asks for the next channel, or asks again. */
  renew(): void {
    if (!this.pending?.baseId) this.pending = beginRenew(this.crypto, this.channel!);
    this.send(pendingSms(this.crypto, this.channel!, this.pending));
  }

  private take(data: Uint8Array): void {
    try {
      if (smsOp(data) === SMS_ACCEPT && this.pending) {
        this.channel = finishPending(
          this.crypto,
          { priv32: this.identityPriv, coldIdentity33: this.peers.coldIdentity33 },
          this.pending.baseId ? this.channel! : this.pairing,
          this.pending,
          data,
        );
        this.pending = undefined;
      } else if (this.channel) {
        const opened = openSms(this.crypto, this.channel, 'to-v', data);
        this.received.push({ op: opened.op, fields: opened.fields });
      }
    } catch {
      this.forged++;
    }
  }

  operate(op: number, fields: any[]): void {
    this.send(sealSms(this.crypto, this.channel!, 'to-cold', op, fields));
  }

  authority(
    userTxNo: string,
    outs: string,
    dynamic = 0,
    channel: Channel = this.channel!,
    maxFeeSats = V_MAX_FEE_SATS,
  ): Uint8Array {
    const { network, account } = this.peers;
    return sendAuthority(
      this.crypto,
      channelKey(this.crypto, channel, 'request', 32),
      { network, account, channelId: channel.id, userTxNo, maxFeeSats },
      sendContent(this.crypto, outs, dynamic),
    );
  }
}
