// V's side of the published app's text protocol, for an HSM-Cold that is asked to speak it. Spec: docs/published-app.md
// 3, 4, 6.4, 8. Kept apart from the app's mistakes: a QC counts only while V waits for it (or word for word
// again), keys and signatures are read strictly, and a reply counts only for the channel in use. The protocol's own
// weaknesses (section 9) remain.

import { secp256k1 } from '@noble/curves/secp256k1';
import { fail } from '../../../protocol/errors';
import { v1FormatChannelOk, v1FormatOpen, v1FormatVerify, v1ParseToV } from '../../../protocol/sms/v1';
import { isSignedBy, requestText, signMessage } from '../../v1';
import type { VContext } from '../context';
import { retryPauseMs, type HsmLink, type HsmLinkEvents } from './hsm-link';
import { hex, unhex } from '../seal';

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

/** Sealed records of this link: `v1-channel`, `v1-opening`; h_id counts in `v1-h-id`. */
export function linkV1(context: VContext, events: HsmLinkEvents, withoutCoin: boolean): HsmLink {
  const { state, runtime } = context;
  let kept: Kept | undefined = state.getSecret('v1-channel');
  let opening: Opening | undefined = state.getSecret('v1-opening');
  const coin = withoutCoin ? undefined : 'BTC';
  const toCold = (text: string) => context.sendText(context.hsmPhones[0], text);

  function sendOpen(): void {
    opening!.nextMs = runtime.nowMs() + retryPauseMs(opening!.tries++);
    state.setSecret('v1-opening', opening);
    const qh = hex(secp256k1.getPublicKey(unhex(opening!.priv), true)).toUpperCase();
    toCold(v1FormatOpen({ qh, hId: opening!.hId }));
  }

  function takeAccept(accept: { qc: string; cId: number; hId: number }): boolean {
    if (!opening) {
      if (!kept || accept.hId !== kept.hId || accept.cId !== kept.cId || accept.qc !== kept.qc) return false;
      toCold(v1FormatChannelOk(kept.cId));
      return true;
    }
    if (accept.hId !== opening.hId) {
      context.tellAdmins('create channel failed-- channel is not exist');
      return true;
    }
    if (!isUpperCaseKey(accept.qc)) return false;
    kept = { hId: accept.hId, cId: accept.cId, priv: opening.priv, qc: accept.qc, openedAtMs: runtime.nowMs() };
    opening = undefined;
    state.transaction(() => {
      state.setSecret('v1-channel', kept);
      state.setSecret('v1-opening', undefined);
    });
    state.scrub();
    toCold(v1FormatChannelOk(kept.cId));
    context.tell('channel ' + kept.cId + ' is open (text protocol)', 'sms');
    events.onOpened(kept.cId);
    return true;
  }

  function takeAddresses(reply: {
    side: number;
    batchNo: number;
    signature: string;
    cId: number;
    coin?: string;
  }): boolean {
    if (!kept || reply.cId !== kept.cId || (reply.coin ?? '').toUpperCase() !== (coin ?? '')) return false;
    const pub = unhex(kept.qc);
    events.onBatchAnswer(reply.side, reply.batchNo, (batch) => isSignedBy(batch.content, reply.signature, pub));
    return true;
  }

  return {
    open() {
      const nowMs = runtime.nowMs();
      const hId = state.getNumber('v1-h-id', 0) + 1;
      state.setNumber('v1-h-id', hId);
      opening = { hId, priv: hex(aPrivateKey((n) => runtime.random(n))), startedMs: nowMs, nextMs: nowMs, tries: 0 };
      sendOpen();
    },
    tick() {
      if (opening && runtime.nowMs() >= opening.nextMs) sendOpen();
    },
    nextDueMs: () => opening?.nextMs ?? null,
    current: () => (kept ? { id: kept.cId, openedAtMs: kept.openedAtMs } : null),
    isOpening: () => opening !== undefined,
    authorise(userTxNo, outs, dynamic) {
      if (!kept) throw fail('no-channel', 'no channel with HSM-Cold');
      const text = requestText({ coin_code: 'BTC', user_tx_no: userTxNo, is_dynamic_fee: dynamic, outs });
      return { channelId: kept.cId, vcCode: signMessage(text, unhex(kept.priv)) };
    },
    askBatch(side, batchNo) {
      if (!kept) throw fail('no-channel', 'no channel with HSM-Cold');
      toCold(v1FormatVerify({ side, batchNo, coin }));
    },
    askStatus() {
      throw fail('not-in-v1', 'the text protocol has no status');
    },
    take(sms) {
      const parsed = sms.text === undefined ? undefined : v1ParseToV(sms.text);
      if (parsed?.accept) return takeAccept(parsed.accept);
      return parsed?.addresses ? takeAddresses(parsed.addresses) : false;
    },
  };
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
