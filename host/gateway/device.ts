// Runs one job over the link to HSM-Hot and says how it ended. Every job may be run again from its beginning at any
// time: the boards answer a repeated one the same. Spec: SPEC.md 5.

import { MINUTE_MS } from '../../protocol/time';
import type { CborValue } from '../../protocol/cbor/types';
import { fail } from '../../protocol/errors';
import type { LinkError, Peer } from '../../protocol/link/types';
import {
  aAttestReply,
  aSignFinishReply,
  aSignResultReply,
  attestFields,
  pingFields,
  prevTxFields,
  signBeginFields,
  signInputFields,
  signOutsFields,
  signResultFields,
} from '../../protocol/link/messages';
import {
  MSG_ATTEST,
  MSG_COLD_STATUS,
  MSG_PING,
  MSG_PREV_TX,
  MSG_SIGN_BEGIN,
  MSG_SIGN_FINISH,
  MSG_SIGN_INPUT,
  MSG_SIGN_OUTS,
  MSG_SIGN_RESULT,
  MSG_STATUS,
  OUTS_CHUNK_MAX,
  OUTS_INLINE_MAX,
  PREV_TX_CHUNK_MAX,
  REFUSE_BUSY,
  REFUSE_NOT_READY,
} from '../../protocol/wire';
import { pause, type Runtime } from '../kit/runtime';
import type { AttestJob, Job, JobResult, PingJob, SignJob } from './types';

/**
 * Requests of a signing under way at once: as many as HSM-Hot relays. They share frames; HSM-Cold takes them in order.
 */
const UNDER_WAY_MAX = 6;
/** A board signs some seconds an input: asked again after the pause, given up after the limit. */
const RESULT_PAUSE_MS = 500;
const RESULT_LIMIT_MS = 30 * MINUTE_MS;
const ANSWER_LIMIT_MS = 5 * MINUTE_MS;

export interface Device {
  run(job: Job): Promise<JobResult>;
}

function bytesOfHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

function hexOfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** CBOR fields as JSON can hold them: bytes become hex. */
function plain(value: CborValue): unknown {
  if (value instanceof Uint8Array) return hexOfBytes(value);
  if (Array.isArray(value)) return value.map(plain);
  return value ?? null;
}

class HotDevice implements Device {
  constructor(
    private readonly peer: Peer,
    private readonly runtime: Runtime,
  ) {}

  private ask(type: number, fields: CborValue[]): Promise<CborValue[]> {
    return new Promise((resolve, reject) => {
      this.peer.request(type, fields, (error, answer) => (error ? reject(error) : resolve(answer)), ANSWER_LIMIT_MS);
    });
  }

  /**
   * Sends requests without waiting for each answer; the first refusal, in order, ends it once the rest has been
   * answered.
   */
  private async inARow(requests: Iterable<[type: number, fields: CborValue[]]>): Promise<CborValue[]> {
    let underWay: Promise<CborValue[]>[] = [];
    let last: CborValue[] = [];
    try {
      for (const [type, fields] of requests) {
        if (underWay.length === UNDER_WAY_MAX) await underWay.shift();
        const answer = this.ask(type, fields);
        answer.catch(() => undefined);
        underWay.push(answer);
      }
      for (; underWay.length > 0; underWay = underWay.slice(1)) last = await underWay[0];
      return last;
    } catch (error) {
      await Promise.allSettled(underWay);
      throw error;
    }
  }

  private *signRequests(job: SignJob): Iterable<[type: number, fields: CborValue[]]> {
    yield [
      MSG_SIGN_BEGIN,
      signBeginFields({
        account: job.account,
        proto: job.proto,
        channelId: job.channel_id,
        userTxNo: job.user_tx_no,
        outs: job.outs,
        dynamic: job.dynamic,
        maxFeeSats: job.max_fee_sats,
        authority: bytesOfHex(job.authority),
        txVersion: job.tx_version,
        locktime: job.locktime,
        nInputs: job.inputs.length,
        feeSats: job.fee_sats,
        changeIndex: job.change_index,
      }),
    ];
    for (let offset = 0; job.outs.length > OUTS_INLINE_MAX && offset < job.outs.length; offset += OUTS_CHUNK_MAX) {
      yield [MSG_SIGN_OUTS, signOutsFields({ offset, text: job.outs.slice(offset, offset + OUTS_CHUNK_MAX) })];
    }
    for (const [i, input] of job.inputs.entries()) {
      const rawPrev = bytesOfHex(input.prev_tx);
      yield [
        MSG_SIGN_INPUT,
        signInputFields({
          i,
          prevTxid: bytesOfHex(input.prev_txid).reverse(),
          vout: input.vout,
          sequence: input.sequence,
          chain: input.chain,
          index: input.index,
          prevTxLen: rawPrev.length,
        }),
      ];
      for (let offset = 0; offset < rawPrev.length; offset += PREV_TX_CHUNK_MAX) {
        yield [MSG_PREV_TX, prevTxFields({ i, offset, bytes: rawPrev.subarray(offset, offset + PREV_TX_CHUNK_MAX) })];
      }
    }
    yield [MSG_SIGN_FINISH, []];
  }

  private async results(first: number): Promise<Uint8Array[]> {
    for (let waitedMs = 0; ; waitedMs += RESULT_PAUSE_MS) {
      try {
        return aSignResultReply(await this.ask(MSG_SIGN_RESULT, signResultFields({ first }))).sigs;
      } catch (error) {
        const { refusal } = error as LinkError;
        const isEarly = refusal === REFUSE_NOT_READY || refusal === REFUSE_BUSY;
        if (!isEarly || waitedMs >= RESULT_LIMIT_MS) throw error;
        await pause(this.runtime, RESULT_PAUSE_MS);
      }
    }
  }

  private async sign(job: SignJob): Promise<JobResult> {
    const { nInputs } = aSignFinishReply(await this.inARow(this.signRequests(job)));
    if (nInputs !== job.inputs.length) throw fail('bad-answer', 'HSM-Cold signs another number of inputs');
    const signatures: string[] = [];
    while (signatures.length < nInputs) {
      const some = await this.results(signatures.length);
      if (some.length === 0) throw fail('bad-answer', 'HSM-Cold answered without a signature');
      signatures.push(...some.map(hexOfBytes));
    }
    return { ok: true, signatures };
  }

  private async ping(job: PingJob): Promise<JobResult> {
    await this.ask(
      MSG_PING,
      pingFields({
        account: job.account,
        proto: job.proto,
        channelId: job.channel_id,
        userTxNo: job.user_tx_no,
        dynamic: job.dynamic,
        maxFeeSats: job.max_fee_sats,
        authority: bytesOfHex(job.authority),
      }),
    );
    return { ok: true };
  }

  private async attest(job: AttestJob): Promise<JobResult> {
    const { digest, sig } = aAttestReply(
      await this.ask(MSG_ATTEST, attestFields({ account: job.account, side: job.side, batchNo: job.batch_no })),
    );
    return { ok: true, digest: hexOfBytes(digest), signature: hexOfBytes(sig) };
  }

  private async dispatch(job: Job): Promise<JobResult> {
    if (job.kind === 'sign') return this.sign(job);
    if (job.kind === 'ping') return this.ping(job);
    if (job.kind === 'attest') return this.attest(job);
    return { ok: true, status: (await this.ask(job.board === 'hot' ? MSG_STATUS : MSG_COLD_STATUS, [])).map(plain) };
  }

  async run(job: Job): Promise<JobResult> {
    try {
      return await this.dispatch(job);
    } catch (error) {
      const { code, refusal, tag, message } = error as LinkError;
      if (refusal !== undefined) return { ok: false, refusal: { code: refusal, tag: tag ?? '' } };
      return { ok: false, failure: { code: code ?? 'gateway-fault', text: message.slice(0, 200) } };
    }
  }
}

export function createDevice(peer: Peer, runtime: Runtime): Device {
  return new HotDevice(peer, runtime);
}
