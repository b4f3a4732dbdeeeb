/**
 * The daily sign of life to the platform's admins, so that silence is an alarm of its own:
 *   CC:HB:<unix>:<audit entries>:<first 16 hex digits of the audit head>:<open
 *   accounts>/<accounts>:<signed>:<refused>:<millivolts>:<signal>:<network>:<operator>:<starts>:<signature> signed,
 *   refused: counted since the board's last start, <starts> being how often it has started. network: seconds by which
 *   the network's clock is ahead of the board's, `-` when the network never sent it; operator: letters and digits of
 *   its
 *   name. Both, millivolts and signal are of the first modem that is registered, else of the first.
 * It always fits one SMS: counts end at COUNT_MAX, the difference of the clocks at AHEAD_MAX either way; where that is
 * not enough the operator is cut, then millivolts are 0, then network is `-`, then <starts> and its colon are left out.
 * The signature, base64 of 64 bytes, is account 0's identity key over SHA256d("chaincloud heartbeat\n" | the text
 * before it); `-` while there is no account. host/operator/heartbeat.ts verifies it. Nothing is sent while the board is
 * locked or its clock unset.
 * Spec: SPEC.md 10.
 */
import { textBytes } from '../../crypto/bytes';
import { base64Encode, ecdsaSign, sha256d, wipe } from '../../crypto/index';
import { hexOf } from '../../console/hex';
import { u32Bytes } from '../../../protocol/bytes';
import { R_HEARTBEAT } from '../../journal/records';
import { modemInUse, modemsStatus } from '../../modem/failover';
import { modemRadio } from '../../modem/modem';
import type { Cold } from '../cold';
import { isClosed } from '../state/state';
import { nowSeconds, save } from '../state/store';
import { schedule } from '../scheduler';
import { identityPriv } from '../secrets/account-keys';
import { notifyAdmins, noteTrouble } from './notices';

export const HEARTBEAT_SECONDS = 86400;
/** One SMS less the signature and the colon before it. */
export const BEAT_TEXT_MAX = 71;
const COUNT_MAX = 99999;
/** More than a day: the clock is wrong by more than anybody would mend from afar. */
const AHEAD_MAX = 99999;
const SUPPLY_MAX = 99999;
const RSSI_MAX = 99;

/** What a heartbeat reports. */
export interface Beat {
  unixSeconds: number;
  auditEntries: number;
  /** 16 hex digits. */
  auditHead: string;
  open: number;
  accounts: number;
  signed: number;
  refused: number;
  supplyMv: number;
  rssi: number;
  /** RADIO_ code of protocol/wire. */
  radio: number;
  /** undefined: the network never sent its time. */
  networkAheadS: number | undefined;
  operator: string;
  starts: number;
}

function within(value: number, least: number, most: number): number {
  return value > most ? most : value > least ? value : least;
}

/** The text before the signature, BEAT_TEXT_MAX characters at most. */
export function beatText(beat: Beat): string {
  const head =
    'CC:HB:' +
    beat.unixSeconds +
    ':' +
    beat.auditEntries +
    ':' +
    beat.auditHead +
    ':' +
    beat.open +
    '/' +
    beat.accounts +
    ':' +
    within(beat.signed, 0, COUNT_MAX) +
    ':' +
    within(beat.refused, 0, COUNT_MAX) +
    ':';
  const signal = ':' + within(beat.rssi, 0, RSSI_MAX) + '/' + beat.radio + ':';
  let supply = '' + within(beat.supplyMv, 0, SUPPLY_MAX);
  let ahead = beat.networkAheadS === undefined ? '-' : '' + within(beat.networkAheadS, -AHEAD_MAX, AHEAD_MAX);
  let starts = ':' + beat.starts;
  const room = BEAT_TEXT_MAX - head.length - signal.length - 1;
  if (supply.length + ahead.length + starts.length > room) supply = '0';
  if (supply.length + ahead.length + starts.length > room) ahead = '-';
  if (supply.length + ahead.length + starts.length > room) starts = '';
  let operator = '';
  for (
    let i = 0;
    i < beat.operator.length && supply.length + ahead.length + starts.length + operator.length < room;
    i++
  ) {
    const c = beat.operator.charCodeAt(i);
    if ((c > 47 && c < 58) || (c > 64 && c < 91) || (c > 96 && c < 123)) operator += beat.operator.charAt(i);
  }
  return head + supply + signal + ahead + ':' + operator + starts;
}

function beatOf(cold: Cold): Beat {
  const state = cold.state;
  const at = modemInUse(cold.modem!);
  const modem = modemsStatus(cold.modem!)[at];
  let open = 0;
  for (let n = 0; n < state.accountCount; n++) if (!isClosed(state, n)) open++;
  return {
    unixSeconds: nowSeconds(cold),
    auditEntries: state.auditCount,
    auditHead: hexOf(state.auditHead.subarray(0, 8)),
    open: open,
    accounts: state.accountCount,
    signed: cold.counters.signed,
    refused: cold.counters.refusals,
    supplyMv: modem.supplyMv,
    rssi: modem.rssi,
    radio: modemRadio(cold.modem!.list[at]),
    networkAheadS: modem.networkTimeAt ? modem.networkTime - modem.networkTimeAt : undefined,
    operator: modem.operator,
    starts: state.bootCount,
  };
}

function signedText(cold: Cold): string {
  const text = beatText(beatOf(cold));
  if (!cold.state.accountCount) return text + ':-';
  const priv = identityPriv(cold, 0);
  const sig = ecdsaSign(sha256d(textBytes('chaincloud heartbeat\n' + text)), priv);
  wipe(priv);
  return text + ':' + base64Encode(sig);
}

/**
 * Sends it when a day has passed since the last one, or since the clock was first set; the time of sending is durable
 * first. Signing and sending are steps of their own. What cannot be sent is trouble that status shows; the next one
 * goes out a day later.
 */
export function beat(cold: Cold): void {
  const now = nowSeconds(cold);
  if (
    !cold.keys ||
    !cold.modem ||
    !cold.hal.clock.wallSeconds() ||
    now < cold.state.heartbeatSeconds + HEARTBEAT_SECONDS
  )
    return;
  const isFirst = !cold.state.heartbeatSeconds;
  save(cold, R_HEARTBEAT, u32Bytes(now));
  if (isFirst) return;
  let text = '';
  schedule(cold, {
    isIdle: false,
    step: function () {
      if (!cold.keys) return false;
      if (text) {
        notifyAdmins(cold, text);
        return false;
      }
      text = signedText(cold);
      return true;
    },
    failed: function (error) {
      if (!error.code) throw error;
      noteTrouble(cold, 'the heartbeat was not sent: ' + error.code);
    },
  });
}
