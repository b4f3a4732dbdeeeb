// V's side of the binary SMS protocol: the daily channel, batch verification, alarms. Spec: protocol/SPEC.md 6.
// Records are on disk before an SMS leaves: a repeated counter or sequence number would be a repeated key stream.

import { sendAuthority, equalBytes, batchProof } from '../../protocol/authority';
import { channelFinish, channelOpen, gateKey, wipeChannel, type Channel, type ChannelPeers, type OpenPending } from '../../protocol/channel';
import type { CborValue } from '../../protocol/cbor';
import { fail } from '../../protocol/errors';
import { aAlarm, aBatchAnswer, aNotice, aStatusAnswer, batchVerifyFields, openSms, sealSms, smsChannelHint, smsOp } from '../../protocol/sms/v2';
import {
  ACCOUNT_CLOSED, ALARM_NAMES, BATCH_DERIVING, BATCH_OK, SMS_ACCEPT, SMS_ALARM, SMS_BATCH_ANSWER, SMS_BATCH_VERIFY, SMS_NOTICE, SMS_STATUS, SMS_STATUS_ANSWER,
} from '../../protocol/wire';
import { protocolCrypto } from '../protocol-crypto';
import type { VContext } from './context';
import { retryPauseMs, type HsmLink, type HsmLinkEvents } from './hsm-link';
import { hex, unhex } from './seal';

const BYTES = ['keyRequest32', 'keyToCold32', 'keyToV32', 'ephemeral32', 'ck32', 'h32', 'sms'];
/** An exchange begun less than this ago is repeated, not begun anew. */
const FRESH_MS = 60000;

interface Opening {
  pending: OpenPending;
  startedMs: number;
  nextMs: number;
  tries: number;
}

interface Kept {
  channel: Channel;
  openedAtMs: number;
}

/** Sealed records of this link: `v2-channel` {channel, openedAtMs}, `v2-opening`; the counter is in `v2-counter`. */
export function linkV2(context: VContext, events: HsmLinkEvents): HsmLink {
  const { state, runtime, account } = context;
  const crypto = protocolCrypto((lenBytes) => runtime.random(lenBytes));
  const coldIdentity33 = unhex(account.identity);
  const peers: ChannelPeers = {
    network: account.network, account: account.account, coldIdentity33,
    vIdentity33: crypto.pubkeyCreate(context.identityPriv), ssGate32: gateKey(crypto, context.identityPriv, coldIdentity33),
  };
  let kept: Kept | undefined = thaw(state.getSecret('v2-channel'));
  let opening: Opening | undefined = thaw(state.getSecret('v2-opening'));

  const saveChannel = () => state.setSecret('v2-channel', freeze(kept));
  const saveOpening = () => state.setSecret('v2-opening', freeze(opening));
  const phone = (attempt: number) => context.hsmPhones[attempt % context.hsmPhones.length];

  function sendOpen(): void {
    const nowMs = runtime.nowMs();
    const attempt = opening!.tries++;
    opening!.nextMs = nowMs + retryPauseMs(attempt);
    saveOpening();
    context.tell(attempt === 0 ? 'asks HSM-Cold for a new channel' : 'asks HSM-Cold for a new channel again', 'sms');
    context.sendData(phone(attempt), opening!.pending.sms);
  }

  function takeAccept(data: Uint8Array): boolean {
    if (!opening) return false;
    const channel = channelFinish(crypto, peers, context.identityPriv, opening.pending, data);
    const old = kept;
    kept = { channel, openedAtMs: runtime.nowMs() };
    opening = undefined;
    state.transaction(() => {
      saveChannel();
      saveOpening();
    });
    if (old) wipeChannel(old.channel);
    state.scrub();
    context.tell('channel ' + channel.id + ' is open', 'sms');
    events.onOpened(channel.id);
    return true;
  }

  function takeSealed(data: Uint8Array): boolean {
    if (!kept || smsChannelHint(data) !== (kept.channel.id & 0xffff)) return false;
    const { op, fields } = openSms(crypto, kept.channel, 'to-v', data);
    saveChannel();
    if (op === SMS_BATCH_ANSWER) takeBatchAnswer(aBatchAnswer(fields));
    else if (op === SMS_ALARM) {
      const alarm = aAlarm(fields);
      const closed = alarm.accountState === ACCOUNT_CLOSED;
      events.onAlarm('HSM-Cold alarm: ' + ALARM_NAMES[alarm.code] + (closed ? ', account closed' : ''));
    } else if (op === SMS_NOTICE) {
      const notice = aNotice(fields);
      events.onAlarm(`HSM-Cold policy: per tx ${notice.maxPerTxSats}, per day ${notice.maxPerDaySats} sats`);
    } else if (op === SMS_STATUS_ANSWER) {
      events.onStatus({ answeredMs: runtime.nowMs(), ...aStatusAnswer(fields) });
    } else return false;
    return true;
  }

  function takeBatchAnswer(answer: ReturnType<typeof aBatchAnswer>): void {
    const { side, batchNo, status, proof } = answer;
    if (status === BATCH_DERIVING) events.onBatchLater(side, batchNo, answer.seconds);
    else if (status !== BATCH_OK || !proof) events.onBatchRefused(side, batchNo);
    else {
      const key = kept!.channel.keyToV32;
      events.onBatchAnswer(side, batchNo, (batch) => equalBytes(batchProof(crypto, key, side, batchNo, unhex(batch.digest)), proof));
    }
  }

  function ask(op: number, fields: CborValue[], attempt: number): void {
    if (!kept) throw fail('no-channel', 'no channel with HSM-Cold');
    const data = sealSms(crypto, kept.channel, 'to-cold', op, fields);
    saveChannel();
    context.sendData(phone(attempt), data);
  }

  return {
    open() {
      const nowMs = runtime.nowMs();
      const isFresh = opening !== undefined && nowMs >= opening.startedMs && nowMs - opening.startedMs < FRESH_MS;
      if (!isFresh) {
        const counter = state.getNumber('v2-counter', 0) + 1;
        state.setNumber('v2-counter', counter);
        opening = { pending: channelOpen(crypto, peers, context.identityPriv, counter), startedMs: nowMs, nextMs: nowMs, tries: 0 };
      }
      sendOpen();
    },
    tick() {
      if (opening && runtime.nowMs() >= opening.nextMs) sendOpen();
    },
    nextDueMs: () => opening?.nextMs ?? null,
    current: () => (kept ? { id: kept.channel.id, openedAtMs: kept.openedAtMs } : null),
    isOpening: () => opening !== undefined,
    authorise(userTxNo, outs, dynamic) {
      if (!kept) throw fail('no-channel', 'no channel with HSM-Cold');
      const { id, keyRequest32 } = kept.channel;
      const authority = sendAuthority(crypto, keyRequest32, account.network, account.account, id, userTxNo, outs, dynamic);
      return { channelId: id, vcCode: '2:' + Buffer.from(authority).toString('base64url') };
    },
    askBatch: (side, batchNo, attempt) => ask(SMS_BATCH_VERIFY, batchVerifyFields({ side, batchNo }), attempt),
    askStatus: () => ask(SMS_STATUS, [], 0),
    take(sms) {
      if (!sms.data) return false;
      try {
        return smsOp(sms.data) === SMS_ACCEPT ? takeAccept(sms.data) : takeSealed(sms.data);
      } catch (error) {
        if (typeof (error as { code?: unknown }).code !== 'string') throw error;
        return false;
      }
    },
  };
}

/** Typed arrays to hex, by the names of the fields that hold them. */
function freeze(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value, (_name, item) => (item instanceof Uint8Array ? hex(item) : item)));
}

function thaw(value: any): any {
  if (value === undefined || value === null || typeof value !== 'object') return value;
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) copy[name] = BYTES.includes(name) ? unhex(item as string) : thaw(item);
  return copy;
}
