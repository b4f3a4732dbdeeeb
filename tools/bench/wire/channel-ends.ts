/**
 * V and HSM-Cold as far as SPEC.md 7.4 rules them: which channel is current, what is answered, what is ignored. A model with
 * nothing but the protocol in it; the firmware and V-Device have the same rules over a journal and a database.
 */
import { acceptBegin, acceptStep, Channel, channelFinish, channelOpen, ChannelPeers, gateKey, openCounter, OpenPending, wipeChannel } from '../../../protocol/channel';
import type { ProtocolCrypto } from '../../../protocol/crypto';
import { batchProof, equalBytes } from '../../../protocol/authority';
import { aBatchAnswer, aBatchVerify, batchAnswerFields, batchVerifyFields, openSms, sealSms, smsChannelHint, smsOp } from '../../../protocol/sms/v2';
import { BATCH_OK, SMS_ACCEPT, SMS_BATCH_ANSWER, SMS_BATCH_VERIFY, SMS_OPEN } from '../../../protocol/wire';

export interface Identities {
  vPriv: Uint8Array;
  coldPriv: Uint8Array;
  peers: ChannelPeers;
}

export function identities(crypto: ProtocolCrypto, network = 'regtest', account = 7): Identities {
  const vPriv = crypto.random(32);
  const coldPriv = crypto.random(32);
  const coldIdentity33 = crypto.pubkeyCreate(coldPriv);
  return { vPriv, coldPriv, peers: { network, account, coldIdentity33, vIdentity33: crypto.pubkeyCreate(vPriv), ssGate32: gateKey(crypto, vPriv, coldIdentity33) } };
}

/** All steps of an accept at once. */
export function acceptAll(crypto: ProtocolCrypto, ids: Identities, sms: Uint8Array, channelId: number): { channel: Channel; sms: Uint8Array } {
  const work = acceptBegin(crypto, ids.peers, sms, channelId);
  for (let i = 0; i < 10 && !acceptStep(crypto, ids.peers, ids.coldPriv, work); i++);
  return work.done!;
}

export class ColdModel {
  current?: Channel;
  next?: Channel;
  lastCounter = 0;
  lastId = 0;
  accept?: Uint8Array;
  ignored = 0;

  constructor(private readonly crypto: ProtocolCrypto, private readonly ids: Identities, private readonly digestOf: (side: number, batchNo: number) => Uint8Array) {}

  /** Takes one SMS; answers the SMS to send back, or undefined: nothing is ever said to what does not hold. */
  take(body: Uint8Array): Uint8Array | undefined {
    try {
      return smsOp(body) === SMS_OPEN ? this.takeOpen(body) : this.takeOperation(body);
    } catch (error) {
      if (typeof (error as { code?: string }).code !== 'string') throw error;
      this.ignored++;
      return undefined;
    }
  }

  private takeOpen(body: Uint8Array): Uint8Array | undefined {
    const counter = openCounter(this.crypto, this.ids.peers, body);
    if (counter === this.lastCounter) return this.accept;
    if (counter < this.lastCounter) {
      this.ignored++;
      return undefined;
    }
    const done = acceptAll(this.crypto, this.ids, body, this.lastId + 1);
    this.lastCounter = counter;
    this.lastId = done.channel.id;
    if (this.next) wipeChannel(this.next);
    this.next = done.channel;
    this.accept = done.sms;
    return done.sms;
  }

  private takeOperation(body: Uint8Array): Uint8Array | undefined {
    for (const channel of [this.current, this.next]) {
      if (!channel || (channel.id & 0xffff) !== smsChannelHint(body)) continue;
      const { op, fields } = openSms(this.crypto, channel, 'to-cold', body);
      if (channel === this.next) {
        if (this.current) wipeChannel(this.current);
        this.current = channel;
        this.next = undefined;
        this.accept = undefined;
      }
      if (op !== SMS_BATCH_VERIFY) return undefined;
      const { side, batchNo } = aBatchVerify(fields);
      const proof = batchProof(this.crypto, channel.keyToV32, side, batchNo, this.digestOf(side, batchNo));
      return sealSms(this.crypto, channel, 'to-v', SMS_BATCH_ANSWER, batchAnswerFields({ side, batchNo, status: BATCH_OK, seconds: 0, proof }));
    }
    this.ignored++;
    return undefined;
  }
}

export class VModel {
  current?: Channel;
  pending?: OpenPending;
  counter = 0;
  ignored = 0;
  /** `side/batch` → what the proof said of V's own digest. */
  results = new Map<string, boolean>();

  constructor(private readonly crypto: ProtocolCrypto, private readonly ids: Identities, private readonly digestOf: (side: number, batchNo: number) => Uint8Array) {}

  /** A new OPEN, or the same SMS again. */
  open(isNew: boolean): Uint8Array {
    if (isNew || !this.pending) this.pending = channelOpen(this.crypto, this.ids.peers, this.ids.vPriv, ++this.counter);
    return this.pending.sms;
  }

  verify(side: number, batchNo: number): Uint8Array {
    return sealSms(this.crypto, this.current!, 'to-cold', SMS_BATCH_VERIFY, batchVerifyFields({ side, batchNo }));
  }

  take(body: Uint8Array): void {
    try {
      if (smsOp(body) === SMS_ACCEPT) {
        if (!this.pending) throw Object.assign(new Error(), { code: 'none-open' });
        const channel = channelFinish(this.crypto, this.ids.peers, this.ids.vPriv, this.pending, body);
        if (this.current) wipeChannel(this.current);
        this.current = channel;
        this.pending = undefined;
        return;
      }
      if (!this.current) throw Object.assign(new Error(), { code: 'no-channel' });
      const { op, fields } = openSms(this.crypto, this.current, 'to-v', body);
      if (op !== SMS_BATCH_ANSWER) return;
      const { side, batchNo, proof } = aBatchAnswer(fields);
      this.results.set(`${side}/${batchNo}`, equalBytes(batchProof(this.crypto, this.current.keyToV32, side, batchNo, this.digestOf(side, batchNo)), proof!));
    } catch (error) {
      if (typeof (error as { code?: string }).code !== 'string') throw error;
      this.ignored++;
    }
  }
}
