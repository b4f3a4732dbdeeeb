/**
 * The published app's text protocol (SPEC.md 9), for accounts that allow it. Its weaknesses are its own: nothing in it proves who
 * sent a QH, so whoever can spoof V's number can install a key. An account refuses it by its protocols (bit 1); then not even
 * its texts are looked at. Texts count only from the account's registered phones and are answered to the phone they name.
 * A channel: HSM-Cold's number (never used again, shared with v2's), V's number and key, own private key; one in use and one
 * offered. CHANNEL_OK or the first request that verifies under the offered one puts it in use.
 * A factory function: it costs no variables on a board without v1 accounts.
 */
import { copyBytes } from '../crypto/bytes';
import { base64Encode, drbgGenerate, ecdsaSignRecoverable, pubkeyCreate, sha256, verifyStart, verifyStep, wipe } from '../crypto/index';
import type { Verification } from '../crypto/ecdsa';
import { bytesOfHex, hexOf } from '../console/hex';
import { v1FormatAccept, v1FormatAddresses, v1ParseToCold, v1RequestText, type V1Verify } from '../../protocol/sms/v1';
import type { Ping, SignBegin } from '../../protocol/messages';
import { v1HashOf, wantBatch } from './batches';
import { post } from './closing';
import type { Cold } from './context';
import { saveChannels, type OpenAccount } from './secrets';
import { PROTO_V1, type Account } from './state';
import { AUDIT_CHANNEL, audit } from './store';
import { addJob, addTask } from './work';

/** Coin that the board signs for; a request that names another is not covered by what V signed. */
const COIN = 'BTC';
const OUTS_FIELD = '"outs":"';
const HEADER_FIRST = 31;
const HEADER_LAST = 34;

/** [c_id, h_id, qh 33, dc 32 secret] */
type V1Channel = [number, number, Uint8Array, Uint8Array];

/** A request's signature being verified under the key of a channel; no verification where its form is wrong already. */
export interface V1Check {
  channel: V1Channel;
  verification?: Verification;
}

export interface V1 {
  /** Begins to look whether V's signature covers a request; undefined when there is no such channel. */
  startCheck: (m: SignBegin | Ping, account: Account, hash32: Uint8Array) => V1Check | undefined;
  /** The next slice of it; true while there is more. */
  stepCheck: (check: V1Check) => boolean;
  /** The verdict when no slice is left: empty, `no-channel` (it is over by now), or `forged`. */
  endCheck: (account: Account, check: V1Check) => string;
  /** The signed text before and after the outs text. */
  requestFrame: (m: SignBegin | Ping) => string[];
  /** Takes a text; false when it is none of the protocol's. */
  takeText: (from: string, text: string, ack: () => void) => boolean;
}

export function makeV1(cold: Cold): V1 {
  /** Channel in use (0) or offered (1). */
  function channelOf(account: Account, place: number): V1Channel | undefined {
    const v1 = (account.open as OpenAccount).v1;
    return v1 && v1[place] ? v1[place] : undefined;
  }

  function put(account: Account, inUse: V1Channel | undefined, offered: V1Channel | undefined): void {
    (account.open as OpenAccount).v1 = [inUse || null, offered || null];
    saveChannels(cold, account);
  }

  function promote(account: Account): void {
    const old = channelOf(account, 0);
    put(account, channelOf(account, 1), undefined);
    if (old) wipe(old[3]);
  }

  function accountFor(from: string): Account | undefined {
    const accounts = cold.state.accounts;
    for (let i = 0; i < accounts.length; i++) {
      if (accounts[i].protos & PROTO_V1 && accounts[i].open && !accounts[i].closed && accounts[i].vPhones.indexOf(from) >= 0) return accounts[i];
    }
    return undefined;
  }

  function answer(account: Account, text: string): void {
    post(cold, account.vPhones[0], text, true);
  }

  function open(account: Account, qh: string, hId: number, ack: () => void): void {
    const it = account.open as OpenAccount;
    const offered = channelOf(account, 1);
    const v = bytesOfHex(qh) as Uint8Array;
    if (offered && offered[1] === hId && hexOf(offered[2]) === hexOf(v)) {
      answer(account, v1FormatAccept({ qc: hexOf(pubkeyCreate(offered[3])).toUpperCase(), cId: offered[0], hId: hId }));
      return ack();
    }
    addJob(cold, {
      isIdle: false,
      step: function () {
        if (account.open === it) {
          const priv = drbgGenerate(cold.drbg, 32);
          const qc = hexOf(pubkeyCreate(priv)).toUpperCase();
          const cId = it.lastId + 1;
          it.lastId = cId;
          put(account, channelOf(account, 0), [cId, hId, v, priv]);
          audit(cold, AUDIT_CHANNEL, account.n, new Uint8Array([cId >>> 24, cId >>> 16, cId >>> 8, cId]));
          answer(account, v1FormatAccept({ qc: qc, cId: cId, hId: hId }));
        }
        ack();
        return false;
      },
      failed: ack,
    });
  }

  /** Answers with the signature of the list, when it is derived; the app asks once, so a list that is not ready is answered when it is. */
  function verify(account: Account, m: V1Verify): void {
    const it = account.open as OpenAccount;
    const channel = channelOf(account, 0) || channelOf(account, 1);
    if (!channel || (m.coin !== undefined && m.coin !== COIN)) return;
    const first = v1HashOf(cold, account.n, m.side, m.batchNo);
    if (!first) {
      wantBatch(cold, account.n, m.side, m.batchNo, true, function () {
        if (account.open === it && !account.closed) verify(account, m);
      });
      return;
    }
    addTask(cold, function () {
      const signed = ecdsaSignRecoverable(sha256(first), channel[3]);
      const bytes = new Uint8Array(65);
      bytes[0] = HEADER_FIRST + signed.recid;
      bytes.set(signed.sig, 1);
      answer(account, v1FormatAddresses({ side: m.side, batchNo: m.batchNo, signature: base64Encode(bytes), cId: channel[0], coin: m.coin }));
    });
  }

  return {
    requestFrame: function (m) {
      const text = v1RequestText({ coinCode: COIN, dynamic: m.dynamic, outs: '', userTxNo: m.userTxNo });
      const at = text.indexOf(OUTS_FIELD) + OUTS_FIELD.length;
      return [text.substr(0, at), text.substr(at)];
    },
    startCheck: function (m, account, hash32) {
      let channel = channelOf(account, 0);
      if (!channel || channel[0] !== m.channelId) channel = channelOf(account, 1);
      if (!channel || channel[0] !== m.channelId) return undefined;
      const header = m.authority[0];
      const isFormed = m.authority.length === 65 && header >= HEADER_FIRST && header <= HEADER_LAST && !(m.authority[33] & 128);
      return { channel: channel, verification: isFormed ? verifyStart(copyBytes(m.authority, 1, 65), hash32, channel[2]) : undefined };
    },
    stepCheck: function (check) {
      return check.verification !== undefined && verifyStep(check.verification);
    },
    endCheck: function (account, check) {
      const isOffered = channelOf(account, 1) === check.channel;
      if (!isOffered && channelOf(account, 0) !== check.channel) return 'no-channel';
      if (!check.verification || !check.verification.isValid) return 'forged';
      if (isOffered) promote(account);
      return '';
    },
    takeText: function (from, text, ack) {
      const m = v1ParseToCold(text);
      const account = m && accountFor(from);
      if (!m || !account) return false;
      if (m.open) {
        open(account, m.open.qh, m.open.hId, ack);
        return true;
      }
      const offered = channelOf(account, 1);
      if (m.channelOk && offered && offered[0] === m.channelOk) promote(account);
      if (m.verify) verify(account, m.verify);
      ack();
      return true;
    },
  };
}
