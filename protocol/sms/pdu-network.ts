// PDUs that only a network writes: SMS-DELIVER and SMS-STATUS-REPORT, for the simulator and the tests.
// Spec: 3GPP TS 23.040 9.2.2.1, 9.2.2.3, 9.2.3.11 (time stamp). Text forms as in pdu.ts.
// Leaves to others: decoding, and what a phone writes (pdu.ts).
import { packSeptets, septetsOfText } from './pdu-alphabet';
import { MAX_ADDRESS_DIGITS, encodeAddress } from './pdu';
import { fail } from '../errors';

function semiOctet(value: number): number {
  return ((value % 10) << 4) | Math.floor(value / 10);
}

/** Seven-octet time stamp of `unixS` in the zone `quarters` quarter hours east of UTC. */
export function encodeTime(unixS: number, quarters: number): Uint8Array {
  const local = new Date((unixS + quarters * 900) * 1000);
  const zone = Math.abs(quarters);
  return new Uint8Array([
    semiOctet(local.getUTCFullYear() % 100),
    semiOctet(local.getUTCMonth() + 1),
    semiOctet(local.getUTCDate()),
    semiOctet(local.getUTCHours()),
    semiOctet(local.getUTCMinutes()),
    semiOctet(local.getUTCSeconds()),
    semiOctet(zone) | (quarters < 0 ? 8 : 0),
  ]);
}

/** Address of an originator: a number, or a name of up to 11 GSM-7 characters. Throws `pdu-address`. */
export function encodeOriginator(from: string): Uint8Array {
  if (/^\+?[0-9*#]{1,20}$/.test(from)) return encodeAddress(from);
  const septets = septetsOfText(from);
  if (!septets || septets.length < 1 || septets.length > 11)
    throw fail('pdu-address', 'a number or 11 GSM-7 characters');
  const octets = (septets.length * 7 + 7) >> 3;
  const bytes = new Uint8Array(2 + octets);
  bytes[0] = Math.min(MAX_ADDRESS_DIGITS, Math.floor((septets.length * 7 + 3) / 4));
  bytes[1] = 0xd0;
  packSeptets(septets, bytes, 16);
  return bytes;
}

/** Service centre address as it stands before a TPDU; empty text for "the one set in the phone". */
export function encodeServiceCentre(number: string): Uint8Array {
  if (!number) return new Uint8Array(1);
  const address = encodeAddress(number);
  address[0] = address.length - 1;
  return address;
}

/** The octets one after the other. */
export function joinBytes(parts: Uint8Array[]): Uint8Array {
  let size = 0;
  for (let i = 0; i < parts.length; i++) size += parts[i].length;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (let i = 0; i < parts.length; i++) {
    bytes.set(parts[i], at);
    at += parts[i].length;
  }
  return bytes;
}

export interface DeliverFields {
  /** Service centre; may be empty. */
  smsc: string;
  from: string;
  dcs: number;
  hasHeader: boolean;
  userData: Uint8Array;
  unixS: number;
}

export interface ReportFields {
  smsc: string;
  reference: number;
  to: string;
  sentS: number;
  doneS: number;
  status: number;
}

/** SMS-DELIVER with service centre address. `userData` as encodeUserData() gives it or as it stood in a SUBMIT. */
export function encodeDeliver(sms: DeliverFields): Uint8Array {
  return joinBytes([
    encodeServiceCentre(sms.smsc),
    new Uint8Array([sms.hasHeader ? 0x44 : 0x04]),
    encodeOriginator(sms.from),
    new Uint8Array([0, sms.dcs]),
    encodeTime(sms.unixS, 32),
    sms.userData,
  ]);
}

/** SMS-STATUS-REPORT with service centre address: `status` 0 = delivered (9.2.3.15). */
export function encodeReport(report: ReportFields): Uint8Array {
  return joinBytes([
    encodeServiceCentre(report.smsc),
    new Uint8Array([0x06, report.reference]),
    encodeAddress(report.to),
    encodeTime(report.sentS, 32),
    encodeTime(report.doneS, 32),
    new Uint8Array([report.status]),
  ]);
}
