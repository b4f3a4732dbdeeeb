// Text mode of the simulated SIM800: character sets of +CSCS, and how a stored PDU is shown. Spec: 3GPP TS 27.005 3.1,
// 3.4, 27.007 5.5. Leaves the commands to sms.ts.
import { CODING_8BIT, decodePdu, type Pdu } from '../../../../protocol/sms/pdu';
import { byteStringOf, unicodeOf } from '../../gsm/message';
import type { StoredSms } from '../state';

const STATES = ['REC UNREAD', 'REC READ', 'STO UNSENT', 'STO SENT'];

/** Unicode of what was typed under the character set `cscs`; null where it cannot be read. */
export function textOfSet(typed: string, cscs: string): string | null {
  if (cscs === 'UCS2') {
    if (!/^([0-9a-f]{4})*$/i.test(typed)) return null;
    return (typed.match(/.{4}/g) ?? []).map((unit) => String.fromCharCode(parseInt(unit, 16))).join('');
  }
  if (cscs === 'HEX') return /^([0-9a-f]{2})*$/i.test(typed) ? Buffer.from(typed, 'hex').toString('latin1') : null;
  return typed;
}

/** `text` (Unicode) as it is shown under the character set `cscs`. */
export function showInSet(text: string, cscs: string): string {
  if (cscs === 'UCS2')
    return [...Array(text.length).keys()]
      .map((i) => text.charCodeAt(i).toString(16).toUpperCase().padStart(4, '0'))
      .join('');
  if (cscs === 'HEX') return Buffer.from(text, 'latin1').toString('hex').toUpperCase();
  return text.replace(/[^\x00-\xff]/g, '?');
}

export function stateOf(sms: StoredSms): string {
  return STATES[sms.state];
}

/** `yy/MM/dd,hh:mm:ss+00` of a service centre time stamp. */
function timeText(unixS: number): string {
  const iso = new Date(unixS * 1000).toISOString();
  return `${iso.slice(2, 10).replace(/-/g, '/')},${iso.slice(11, 19)}+00`;
}

export interface ShownSms {
  address: string;
  /** Empty for messages that were not received. */
  time: string;
  body: string;
}

/** A stored message as +CMGR and +CMGL show it in text mode; null when its PDU cannot be read. */
export function showStored(sms: StoredSms, cscs: string): ShownSms | null {
  let pdu: Pdu;
  try {
    pdu = decodePdu(sms.pdu, sms.state >= 2);
  } catch {
    return null;
  }
  const body =
    pdu.coding === CODING_8BIT
      ? Buffer.from(pdu.data ?? [])
          .toString('hex')
          .toUpperCase()
      : showInSet(unicodeOf(pdu.text ?? ''), cscs);
  const isReceived = sms.state < 2;
  return {
    address: showInSet(unicodeOf(pdu.address), cscs === 'UCS2' ? cscs : 'IRA'),
    time: isReceived ? timeText(pdu.sentAt) : '',
    body,
  };
}

/** Byte string of text typed under `cscs`. */
export function typedText(typed: string, cscs: string): string | null {
  const text = textOfSet(typed.replace(/\r/g, '\n'), cscs);
  return text === null ? null : byteStringOf(text);
}
