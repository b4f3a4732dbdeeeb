/**
 * V and HSM-Cold as far as SPEC.md 7.5 rules them: which channel is current, what is answered, what is ignored. A model
 * with nothing but the protocol in it; the firmware and V-Device have the same rules over a journal and a database.
 */
import {
  ACCEPT_AGAIN,
  ACCEPT_NOT,
  acceptBegin,
  acceptStep,
  acceptVerdict,
  AcceptWork,
  Channel,
  channelKey,
  ChannelPeers,
  pairChannel,
  pairKey,
  wipeChannel,
} from '../../../protocol/channel/channel';
import {
  beginOpen,
  beginRenew,
  finishPending,
  Pending,
  pendingSms,
  receiveOnly,
  wipePending,
} from '../../../protocol/channel/channel-v';
import type { CborValue } from '../../../protocol/cbor';
import type { ProtocolCrypto } from '../../../protocol/crypto';
import { OPEN_TRIES, RENEW_TRIES } from '../../../host/vdevice/link/link-v2';
import { equalBytes } from '../../../protocol/bytes';
import { batchProof } from '../../../protocol/request/authority';
import {
  aBatchAnswer,
  aBatchVerify,
  batchAnswerFields,
  batchVerifyFields,
  openSms,
  sealAccept,
  sealSms,
  smsChannelHint,
  smsOp,
} from '../../../protocol/sms/v2';
import { BATCH_OK, SMS_ACCEPT, SMS_BATCH_ANSWER, SMS_BATCH_VERIFY, SMS_OPEN, SMS_RENEW } from '../../../protocol/wire';

export interface Identities {
  vPriv: Uint8Array;
  coldPriv: Uint8Array;
  peers: ChannelPeers;
}

export function identities(crypto: ProtocolCrypto, network = 'regtest', account = 7): Identities {
  const vPriv = crypto.random(32);
  const coldPriv = crypto.random(32);
  return {
    vPriv,
    coldPriv,
    peers: { network, account, coldIdentity33: crypto.pubkeyCreate(coldPriv), vIdentity33: crypto.pubkeyCreate(vPriv) },
  };
}

/** An Error with a code, as the protocol's own refusals are. */
function refused(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Runs `work`; the protocol's refusals are swallowed: such an SMS is ignored. Answers whether it went through. */
export function ignoring(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== 'string') throw error;
    return false;
  }
}

/** All steps of an accept at once. */
export function acceptAll(crypto: ProtocolCrypto, work: AcceptWork): Channel {
  for (let i = 0; i < 10 && !acceptStep(crypto, work); i++);
  return work.channel!;
}

/** HSM-Cold's channels. */
export class ColdChannels {
  readonly pair: Channel;
  current?: Channel;
  next?: Channel;
  vCounter = 0;
  lastId = 0;

  constructor(
    private readonly crypto: ProtocolCrypto,
    private readonly peers: ChannelPeers,
    private readonly coldPriv: Uint8Array,
  ) {
    this.pair = pairChannel(peers.account, pairKey(crypto, peers, coldPriv, peers.vIdentity33));
  }

  /**
   * Opens one SMS: the ACCEPT to send for an OPEN or RENEW, else an operation under `current`. Throws a coded error for
   * what is ignored.
   */
  take(body: Uint8Array): { accept?: Uint8Array; op: number; fields: CborValue[] } {
    const candidates = smsOp(body) === SMS_OPEN ? [{ ...this.pair }] : [this.current, this.next];
    const base = candidates.find((one) => one && (one.id & 0xffff) === smsChannelHint(body));
    if (!base) throw refused('no-channel');
    const { op, fields } = openSms(this.crypto, base, 'to-cold', body);
    if (base === this.next) {
      if (this.current) wipeChannel(this.current);
      this.current = base;
      this.next = undefined;
    }
    return op === SMS_OPEN || op === SMS_RENEW
      ? { accept: this.exchange(op, fields, base), op, fields }
      : { op, fields };
  }

  private exchange(op: number, fields: CborValue[], base: Channel): Uint8Array {
    const verdict = acceptVerdict(op, fields, base, this.next, this.vCounter);
    if (verdict === ACCEPT_NOT) throw refused('ignored');
    if (verdict !== ACCEPT_AGAIN) {
      const open = op === SMS_OPEN ? { priv32: this.coldPriv, v33: this.peers.vIdentity33 } : undefined;
      const fresh = fields.length ? (fields[fields.length - 1] as Uint8Array) : new Uint8Array(0);
      const made = acceptAll(this.crypto, acceptBegin(base, this.lastId + 1, fresh, open));
      this.lastId++;
      if (open) this.vCounter = fields[0] as number;
      if (this.next) wipeChannel(this.next);
      this.next = made;
    }
    return sealAccept(this.crypto, this.next!);
  }
}

/** V's channels. */
export class VChannels {
  readonly pair: Channel;
  current?: Channel;
  old?: Channel;
  pending?: Pending;
  tries = 0;
  counter = 0;

  constructor(
    private readonly crypto: ProtocolCrypto,
    private readonly peers: ChannelPeers,
    private readonly vPriv: Uint8Array,
  ) {
    this.pair = pairChannel(peers.account, pairKey(crypto, peers, vPriv, peers.coldIdentity33));
  }

  private base(): Channel {
    return this.pending!.baseId ? this.current! : this.pair;
  }

  /** Gives up what is pending and begins an OPEN. */
  beginOpen(): void {
    if (this.pending) wipePending(this.pending);
    this.tries = 0;
    this.pending = beginOpen(this.crypto, ++this.counter);
  }

  /**
   * The SMS that asks for a channel: the pending one again, RENEW when there is none, OPEN when there is no channel or
   * RENEW brought none.
   */
  ask(): Uint8Array {
    if (!this.pending && this.current) {
      this.tries = 0;
      this.pending = beginRenew(this.crypto, this.current);
    } else if (!this.pending || this.tries >= (this.pending.baseId ? RENEW_TRIES : OPEN_TRIES)) this.beginOpen();
    this.tries++;
    return pendingSms(this.crypto, this.base(), this.pending!);
  }

  /**
   * Takes an ACCEPT, or opens an operation under `current` or what is left of the one before. Throws a coded error for
   * what is ignored.
   */
  take(body: Uint8Array): { op: number; fields: CborValue[]; isOld: boolean } {
    if (smsOp(body) === SMS_ACCEPT) {
      if (!this.pending) throw refused('none-open');
      const channel = finishPending(
        this.crypto,
        { priv32: this.vPriv, coldIdentity33: this.peers.coldIdentity33 },
        this.base(),
        this.pending,
        body,
      );
      this.old = this.current && receiveOnly(this.crypto, this.current);
      this.current = channel;
      wipePending(this.pending);
      this.pending = undefined;
      return { op: SMS_ACCEPT, fields: [], isOld: false };
    }
    const channel = [this.current, this.old].find((one) => one && (one.id & 0xffff) === smsChannelHint(body));
    if (!channel) throw refused('no-channel');
    const { op, fields } = openSms(this.crypto, channel, 'to-v', body);
    return { op, fields, isOld: channel === this.old };
  }
}

type DigestOf = (side: number, batchNo: number) => Uint8Array;

/** HSM-Cold that vouches for batches. */
export class ColdModel extends ColdChannels {
  ignored = 0;

  constructor(
    private readonly using: ProtocolCrypto,
    ids: Identities,
    private readonly digestOf: DigestOf,
  ) {
    super(using, ids.peers, ids.coldPriv);
  }

  /** Answers the SMS to send back, or undefined: nothing is ever said to what does not hold. */
  answer(body: Uint8Array): Uint8Array | undefined {
    let out: Uint8Array | undefined;
    const isTaken = ignoring(() => {
      const { accept, op, fields } = this.take(body);
      out = accept;
      if (op !== SMS_BATCH_VERIFY) return;
      const { side, batchNo } = aBatchVerify(fields);
      const proof = batchProof(
        this.using,
        channelKey(this.using, this.current!, 'proof', 32),
        side,
        batchNo,
        this.digestOf(side, batchNo),
      );
      out = sealSms(
        this.using,
        this.current!,
        'to-v',
        SMS_BATCH_ANSWER,
        batchAnswerFields({ side, batchNo, status: BATCH_OK, seconds: 0, proof }),
      );
    });
    if (!isTaken) this.ignored++;
    return out;
  }
}

/** V that asks for batches. */
export class VModel extends VChannels {
  ignored = 0;
  /** `side/batch` → what the proof said of V's own digest. */
  results = new Map<string, boolean>();

  constructor(
    private readonly using: ProtocolCrypto,
    ids: Identities,
    private readonly digestOf: DigestOf,
  ) {
    super(using, ids.peers, ids.vPriv);
  }

  verify(side: number, batchNo: number): Uint8Array {
    return sealSms(this.using, this.current!, 'to-cold', SMS_BATCH_VERIFY, batchVerifyFields({ side, batchNo }));
  }

  hear(body: Uint8Array): void {
    const isTaken = ignoring(() => {
      const { op, fields, isOld } = this.take(body);
      if (op !== SMS_BATCH_ANSWER || isOld) return;
      const { side, batchNo, proof } = aBatchAnswer(fields);
      const expected = batchProof(
        this.using,
        channelKey(this.using, this.current!, 'proof', 32),
        side,
        batchNo,
        this.digestOf(side, batchNo),
      );
      this.results.set(`${side}/${batchNo}`, equalBytes(expected, proof!));
    });
    if (!isTaken) this.ignored++;
  }
}
