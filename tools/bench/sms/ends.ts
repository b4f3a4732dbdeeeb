// Two ends of the SMS path for the bench: V and HSM-Cold reduced to the protocol (channel, operations, replay window,
// retries) on the real driver, so that thousands of operations can be tried under faults. Spec: SPEC.md 6 and 7.5.
// Leaves signing, policy and storage to the firmware, faults to the simulated network and modem.
import { equalBytes } from '../../../protocol/bytes';
import { batchProof } from '../../../protocol/request/authority';
import { channelKey, type ChannelPeers } from '../../../protocol/channel/channel';
import type { ProtocolCrypto } from '../../../protocol/crypto';
import {
  aBatchAnswer,
  aBatchVerify,
  aStatusAnswer,
  batchAnswerFields,
  batchVerifyFields,
  sealSms,
  statusAnswerFields,
} from '../../../protocol/sms/v2';
import {
  ACCOUNT_OPEN,
  BATCH_OK,
  SIDE_HOT,
  SMS_ACCEPT,
  SMS_BATCH_ANSWER,
  SMS_BATCH_VERIFY,
  SMS_STATUS,
  RADIO_LTE,
  SMS_STATUS_ANSWER,
} from '../../../protocol/wire';
import type { Runtime, Timer } from '../../../host/kit/runtime';
import { ColdChannels, ignoring, VChannels } from '../wire/channel-ends';

export type OperationKind = 'channel' | 'batch' | 'status';
/**
 * `right`: the answer was checked; `gave-up`: a clear failure after the last try; `wrong`: an answer that must not be.
 */
export type Outcome = 'right' | 'gave-up' | 'wrong';
export type Send = (data: Uint8Array) => void;

const SEND_TRIES_MAX = 12;
const FIRST_PAUSE_MS = 90_000;
const LONGEST_PAUSE_MS = 1_800_000;

/** The digest that both ends compute of a batch. */
function digestOf(crypto: ProtocolCrypto, batchNo: number): Uint8Array {
  return crypto.sha256(Uint8Array.from([batchNo >> 16, batchNo >> 8, batchNo].map((octet) => octet & 255)));
}

export interface ColdEnd {
  take(data: Uint8Array): void;
  /** The channel in use, and the one that waits for V's first message. */
  channels(): { current: number; next: number };
}

export function coldEnd(crypto: ProtocolCrypto, peers: ChannelPeers, priv32: Uint8Array, send: Send): ColdEnd {
  const channels = new ColdChannels(crypto, peers, priv32);

  function take(data: Uint8Array): void {
    const { accept, op, fields } = channels.take(data);
    if (accept) return send(accept);
    const current = channels.current!;
    if (op === SMS_BATCH_VERIFY) {
      const { side, batchNo } = aBatchVerify(fields);
      const proof = batchProof(
        crypto,
        channelKey(crypto, current, 'proof', 32),
        side,
        batchNo,
        digestOf(crypto, batchNo),
      );
      send(
        sealSms(
          crypto,
          current,
          'to-v',
          SMS_BATCH_ANSWER,
          batchAnswerFields({ side, batchNo, status: BATCH_OK, seconds: 0, proof }),
        ),
      );
    } else if (op === SMS_STATUS) {
      send(
        sealSms(
          crypto,
          current,
          'to-v',
          SMS_STATUS_ANSWER,
          statusAnswerFields({
            deviceState: 3,
            accountState: ACCOUNT_OPEN,
            unixSeconds: 0,
            batchesHot: 1,
            batchesCold: 1,
            radio: RADIO_LTE,
          }),
        ),
      );
    }
  }

  return {
    take: (data) => void ignoring(() => take(data)),
    channels: () => ({ current: channels.current?.id ?? 0, next: channels.next?.id ?? 0 }),
  };
}

export interface VEnd {
  take(data: Uint8Array): void;
  /** Starts one operation; `ended` is called once. Without a channel every operation is `channel`. */
  start(kind: OperationKind, batchNo: number, ended: (outcome: Outcome, kind: OperationKind) => void): void;
  channelId(): number;
}

export function vEnd(
  crypto: ProtocolCrypto,
  peers: ChannelPeers,
  priv32: Uint8Array,
  runtime: Runtime,
  send: Send,
): VEnd {
  const channels = new VChannels(crypto, peers, priv32);
  let current:
    { kind: OperationKind; batchNo: number; ended: (outcome: Outcome, kind: OperationKind) => void } | undefined;
  let timer: Timer | undefined;

  function end(outcome: Outcome): void {
    const done = current!;
    timer?.cancel();
    current = undefined;
    done.ended(outcome, done.kind);
  }

  function attempt(tries: number): void {
    if (tries >= SEND_TRIES_MAX) return end('gave-up');
    const { kind, batchNo } = current!;
    if (kind === 'channel') send(channels.ask());
    else if (kind === 'batch')
      send(
        sealSms(crypto, channels.current!, 'to-cold', SMS_BATCH_VERIFY, batchVerifyFields({ side: SIDE_HOT, batchNo })),
      );
    else send(sealSms(crypto, channels.current!, 'to-cold', SMS_STATUS, []));
    timer = runtime.after(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries), () => attempt(tries + 1));
  }

  function take(data: Uint8Array): void {
    const { op, fields, isOld } = channels.take(data);
    if (op === SMS_ACCEPT && current?.kind === 'channel') end('right');
    else if (op === SMS_BATCH_ANSWER && current?.kind === 'batch' && !isOld) {
      const { side, batchNo, proof } = aBatchAnswer(fields);
      if (batchNo !== current.batchNo) return;
      const key = channelKey(crypto, channels.current!, 'proof', 32);
      end(
        proof && equalBytes(proof, batchProof(crypto, key, side, batchNo, digestOf(crypto, batchNo)))
          ? 'right'
          : 'wrong',
      );
    } else if (op === SMS_STATUS_ANSWER && current?.kind === 'status')
      end(aStatusAnswer(fields).accountState === ACCOUNT_OPEN ? 'right' : 'wrong');
  }

  return {
    take: (data) => void ignoring(() => take(data)),
    start(kind, batchNo, ended) {
      current = { kind: channels.current ? kind : 'channel', batchNo, ended };
      attempt(0);
    },
    channelId: () => channels.current?.id ?? 0,
  };
}

/** The peers as each end knows them. */
export function peersFor(
  crypto: ProtocolCrypto,
  ownPriv32: Uint8Array,
  otherPriv32: Uint8Array,
  isCold: boolean,
): ChannelPeers {
  const [own33, other33] = [crypto.pubkeyCreate(ownPriv32), crypto.pubkeyCreate(otherPriv32)];
  return {
    network: 'regtest',
    account: 0,
    coldIdentity33: isCold ? own33 : other33,
    vIdentity33: isCold ? other33 : own33,
  };
}
