/**
 * The daily sign of life to the platform's admins, so that silence is an alarm of its own:
 *   CC:HB:<unix>:<audit entries>:<first 16 hex digits of the audit head>:<open accounts>/<accounts>:<signed>:<refused>:<millivolts>:<signal>:<network>:<operator>:<signature>
 * network: seconds by which the network's clock is ahead of the board's, `-` when the network never told; operator: its letters and
 * digits, as many as fit the one SMS. Both, millivolts and signal are of the first modem that is registered, else of the first.
 * The signature, base64 of 64 octets, is account 0's identity key over SHA256d("chaincloud heartbeat\n" | the text before it);
 * `-` while there is no account. host/operator/audit.ts verifies it. Nothing is sent while the board is locked or its clock unset.
 */
import { textBytes } from '../crypto/bytes';
import { base64Encode, ecdsaSign, sha256d, wipe } from '../crypto/index';
import { hexOf } from '../console/hex';
import { R_HEARTBEAT, writeU32 } from '../journal/records';
import { modemsStatus } from '../modem/failover';
import { identityPriv } from './account-store';
import { tellAdmins } from './closing';
import type { Cold } from './context';
import { isClosed } from './state';
import { nowSeconds, save } from './store';
import { addJob } from './work';

export const HEARTBEAT_SECONDS = 86400;
/** One SMS less the signature and the colon before it. */
const TEXT_MAX = 71;

function heartbeatText(cold: Cold): string {
  const state = cold.state;
  const modems = modemsStatus(cold.modem);
  let modem = modems[0];
  for (let i = modems.length - 1; i >= 0; i--) if (modems[i].registered) modem = modems[i];
  let open = 0;
  for (let n = 0; n < state.accountCount; n++) if (!isClosed(state, n)) open++;
  let text =
    'CC:HB:' + nowSeconds(cold) + ':' + state.auditCount + ':' + hexOf(state.auditHead.subarray(0, 8)) + ':' + open + '/' + state.accountCount + ':' + cold.counters.signed + ':' + cold.counters.refusals +
    ':' + modem.supplyMv + ':' + modem.rssi + ':';
  text += (modem.networkTimeAt ? modem.networkTime - modem.networkTimeAt : '-') + ':';
  for (let i = 0; i < modem.operator.length && text.length < TEXT_MAX; i++) {
    const c = modem.operator.charCodeAt(i);
    if ((c > 47 && c < 58) || (c > 64 && c < 91) || (c > 96 && c < 123)) text += modem.operator.charAt(i);
  }
  return text;
}

function signedText(cold: Cold): string {
  const text = heartbeatText(cold);
  if (!cold.state.accountCount) return text + ':-';
  const priv = identityPriv(cold, 0);
  const sig = ecdsaSign(sha256d(textBytes('chaincloud heartbeat\n' + text)), priv);
  wipe(priv);
  return text + ':' + base64Encode(sig);
}

/**
 * Sends it when a day has passed since the last one, or since the clock was first set; the time of sending is durable first. Signing
 * and sending are slices of their own.
 */
export function beat(cold: Cold): void {
  const now = nowSeconds(cold);
  if (!cold.keys || !cold.modem || !cold.hal.clock.wallSeconds() || now < cold.state.heartbeatSeconds + HEARTBEAT_SECONDS) return;
  const payload = new Uint8Array(4);
  writeU32(payload, 0, now);
  const isFirst = !cold.state.heartbeatSeconds;
  save(cold, R_HEARTBEAT, payload);
  if (isFirst) return;
  let text = '';
  addJob(cold, {
    isIdle: false,
    step: function () {
      if (!cold.keys) return false;
      if (text) {
        tellAdmins(cold, text);
        return false;
      }
      text = signedText(cold);
      return true;
    },
  });
}
