// V's side of the published app's text protocol, for an HSM-Cold that is asked to speak it. Spec: docs/published-app.md
// 3, 4, 6.4, 8. Kept apart from the app's mistakes: a QC counts only while V waits for it (or word for word
// again), keys and signatures are read strictly, and a reply counts only for the channel in use. The protocol's own
// weaknesses (section 9) remain.

import { secp256k1 } from '@noble/curves/secp256k1';
import { fail } from '../../../protocol/errors';
import { v1FormatChannelOk, v1FormatOpen, v1FormatVerify, v1ParseToV } from '../../../protocol/sms/v1';
import { isSignedBy, requestText, signMessage } from '../../v1';
import type { VContext } from '../context';
import { isDue, retryPauseMs, type AskedRequest, type HsmLink, type HsmLinkEvents } from './hsm-link';
import { hex, unhex } from '../seal';
import type { IncomingSms } from '../types';

interface Opening {
  hId: number;
  priv: string;
  startedMs: number;
  nextMs: number;
  tries: number;
}

interface Kept {
  hId: number;
  cId: number;
  priv: string;
  qc: string;
  openedAtMs: number;
}

class LinkV1 implements HsmLink {
  private readonly state = this.context.state;
  private readonly runtime = this.context.runtime;
  private kept: Kept | undefined = this.state.getSecret('v1-channel');
  private opening: Opening | undefined = this.state.getSecret('v1-opening');
  private readonly coin = this.withoutCoin ? undefined : 'BTC';

  constructor(
    private readonly context: VContext,
    private readonly events: HsmLinkEvents,
    private readonly withoutCoin: boolean,
  ) {}

  private toCold(text: string) {
    return this.context.sendText(this.context.hsmPhones[0], text);
  }

  private sendOpen(): void {
    this.opening!.nextMs = this.context.steadyMs() + retryPauseMs(this.opening!.tries++);
    this.state.setSecret('v1-opening', this.opening);
    const qh = hex(secp256k1.getPublicKey(unhex(this.opening!.priv), true)).toUpperCase();
    this.toCold(v1FormatOpen({ qh, hId: this.opening!.hId }));
  }

  private takeAccept(accept: { qc: string; cId: number; hId: number }): boolean {
    if (!this.opening) {
      if (!this.kept || accept.hId !== this.kept.hId || accept.cId !== this.kept.cId || accept.qc !== this.kept.qc)
        return false;
      this.toCold(v1FormatChannelOk(this.kept.cId));
      return true;
    }
    if (accept.hId !== this.opening.hId) {
      this.context.tellAdmins('create channel failed-- channel is not exist');
      return true;
    }
    if (!isUpperCaseKey(accept.qc)) return false;
    this.kept = {
      hId: accept.hId,
      cId: accept.cId,
      priv: this.opening.priv,
      qc: accept.qc,
      openedAtMs: this.runtime.nowMs(),
    };
    this.opening = undefined;
    this.state.transaction(() => {
      this.state.setSecret('v1-channel', this.kept);
      this.state.setSecret('v1-opening', undefined);
    });
    this.state.scrub();
    this.toCold(v1FormatChannelOk(this.kept.cId));
    this.context.log.over('sms').info('channel ' + this.kept.cId + ' is open (text protocol)');
    this.events.onOpened(this.kept.cId);
    return true;
  }

  private takeAddresses(reply: {
    side: number;
    batchNo: number;
    signature: string;
    cId: number;
    coin?: string;
  }): boolean {
    if (!this.kept || reply.cId !== this.kept.cId || (reply.coin ?? '').toUpperCase() !== (this.coin ?? ''))
      return false;
    const pub = unhex(this.kept.qc);
    this.events.onBatchAnswer(reply.side, reply.batchNo, (batch) => isSignedBy(batch.content, reply.signature, pub));
    return true;
  }

  open() {
    const nowMs = this.context.steadyMs();
    const hId = this.state.getNumber('v1-h-id', 0) + 1;
    this.state.setNumber('v1-h-id', hId);
    this.opening = {
      hId,
      priv: hex(aPrivateKey((n) => this.runtime.random(n))),
      startedMs: nowMs,
      nextMs: nowMs,
      tries: 0,
    };
    this.sendOpen();
  }

  tick() {
    if (this.opening && isDue(this.context.steadyMs(), this.opening.nextMs)) this.sendOpen();
  }

  nextDueMs() {
    return this.opening?.nextMs ?? null;
  }

  current() {
    return this.kept ? { id: this.kept.cId, openedAtMs: this.kept.openedAtMs } : null;
  }

  isOpening() {
    return this.opening !== undefined;
  }

  authorise({ userTxNo, outs, dynamic }: AskedRequest) {
    if (!this.kept) throw fail('no-channel', 'no channel with HSM-Cold');
    const text = requestText({ coin_code: 'BTC', user_tx_no: userTxNo, is_dynamic_fee: dynamic, outs });
    return { channelId: this.kept.cId, maxFeeSats: null, vcCode: signMessage(text, unhex(this.kept.priv)) };
  }

  askBatch(side: number, batchNo: number) {
    if (!this.kept) throw fail('no-channel', 'no channel with HSM-Cold');
    this.toCold(v1FormatVerify({ side, batchNo, coin: this.coin }));
  }

  askStatus() {
    throw fail('not-in-v1', 'the text protocol has no status');
  }

  take(sms: IncomingSms) {
    const parsed = sms.text === undefined ? undefined : v1ParseToV(sms.text);
    if (parsed?.accept) return this.takeAccept(parsed.accept);
    return parsed?.addresses ? this.takeAddresses(parsed.addresses) : false;
  }
}

/** Sealed records of this link: `v1-channel`, `v1-opening`; h_id counts in `v1-h-id`. */
export function linkV1(context: VContext, events: HsmLinkEvents, withoutCoin: boolean): HsmLink {
  return new LinkV1(context, events, withoutCoin);
}

function isUpperCaseKey(qc: string): boolean {
  if (!/^0[23][0-9A-F]{64}$/.test(qc)) return false;
  try {
    secp256k1.ProjectivePoint.fromHex(qc.toLowerCase());
    return true;
  } catch {
    return false;
  }
}

function aPrivateKey(random: (lenBytes: number) => Uint8Array): Uint8Array {
  for (;;) {
    const bytes = random(32);
    if (secp256k1.utils.isValidPrivateKey(bytes)) return bytes;
  }
}
