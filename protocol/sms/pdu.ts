// SMS PDUs as the device needs them: SMS-SUBMIT out, SMS-DELIVER and SMS-STATUS-REPORT (and SMS-SUBMIT, for the other
// end) in. Spec: 3GPP TS 23.040 9.2.2 (PDUs), 9.2.3.24 (user data header); 23.038 4 (data coding scheme). Text is a
// UTF-8 byte string. Leaves to others: the alphabet (pdu-alphabet.ts), long texts (pdu-parts.ts), what only a network
// or a phone in the simulator writes (pdu-network.ts).
// Decode errors, a closed list of codes: pdu-truncated, pdu-trailing, pdu-type, pdu-address, pdu-length, pdu-header,
// pdu-coding, pdu-hex. Encode errors: pdu-address, pdu-length.
import { CodedError, fail, type ErrorCode } from '../errors';
import { packSeptets, textOfSeptets, textOfUcs2 } from './pdu-alphabet';

export const PDU_DELIVER = 0;
export const PDU_SUBMIT = 1;
export const PDU_REPORT = 2;

/** Data coding schemes that are written; the same numbers name the alphabet of a decoded message. */
export const CODING_GSM7 = 0;
export const CODING_8BIT = 4;
export const CODING_UCS2 = 8;

/** User data of one SMS (23.040 9.2.3.16). */
export const MAX_SMS_OCTETS = 140;
export const MAX_SMS_SEPTETS = 160;
/** Digits of an address (9.1.2.5). */
export const MAX_ADDRESS_DIGITS = 20;
/** Octets of the longest PDU: service centre address 12, SMS-SUBMIT 24, user data 140. */
export const MAX_PDU_BYTES = 176;
/** 8-bit data that one SMS carries beside a 16-bit port header. */
export const MAX_PORT_DATA = 133;

const INFO_CONCAT_8 = 0;
const INFO_PORT_8 = 4;
const INFO_PORT_16 = 5;
const INFO_CONCAT_16 = 8;
/** 8-bit ports below are reserved (9.2.3.24.3). */
const FIRST_PORT_8 = 240;

/** A decoded PDU. Fields that its type lacks hold the empty value named here. */
export interface Pdu {
  /** PDU_DELIVER, PDU_SUBMIT or PDU_REPORT. */
  type: number;
  /** Originator of a DELIVER, destination of a SUBMIT, recipient of a REPORT. */
  address: string;
  /** CODING_*; 0 for a REPORT. */
  coding: number;
  /** null for 8-bit data. */
  text: string | null;
  data: Uint8Array | null;
  /** Destination and source port, -1 without. */
  port: number;
  sourcePort: number;
  ref: number;
  total: number;
  part: number;
  /** Service centre time stamp, seconds since 1970; 0 when absent or nonsense. */
  sentAt: number;
  /** TP-MR of SUBMIT and REPORT. */
  reference: number;
  /** TP-ST of a REPORT; 0..31 means delivered. -1 otherwise. */
  status: number;
  /** User data octets, header included. */
  octets: number;
}

function at(code: ErrorCode, offset: number): CodedError {
  return fail(code, 'at octet ' + offset);
}

/** Bytes of a hex text (either case). Throws `pdu-hex`, `pdu-length` above MAX_PDU_BYTES. */
export function bytesOfHex(hex: string): Uint8Array {
  const count = hex.length >> 1;
  if (hex.length & 1) throw at('pdu-hex', count);
  if (count > MAX_PDU_BYTES) throw at('pdu-length', count);
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const digits = hex.substr(2 * i, 2).toLowerCase();
    const value = parseInt(digits, 16);
    if ((value < 16 ? '0' : '') + value.toString(16) !== digits) throw at('pdu-hex', i);
    bytes[i] = value;
  }
  return bytes;
}

/** Upper-case hex, as 3GPP TS 27.005 wants it. */
export function hexOfBytes(bytes: Uint8Array): string {
  let hex = '';
  for (let i = 0; i < bytes.length; i++) hex += (bytes[i] < 16 ? '0' : '') + bytes[i].toString(16);
  return hex.toUpperCase();
}

/** Octets of an address as it stands in a TPDU: digits, type, semi-octets. Throws `pdu-address`. */
export function encodeAddress(number: string): Uint8Array {
  const isInternational = number.charAt(0) === '+';
  const first = isInternational ? 1 : 0;
  const digits = number.length - first;
  if (digits < 1 || digits > MAX_ADDRESS_DIGITS) throw fail('pdu-address', '1 to 20 digits');
  const bytes = new Uint8Array(2 + ((digits + 1) >> 1));
  bytes[0] = digits;
  bytes[1] = isInternational ? 0x91 : 0x81;
  for (let i = 0; i < digits; i++) {
    const value = '0123456789*#abc'.indexOf(number.charAt(first + i));
    if (value < 0) throw fail('pdu-address', 'digits, * and #');
    bytes[2 + (i >> 1)] |= i & 1 ? value << 4 : value;
  }
  if (digits & 1) bytes[bytes.length - 1] |= 0xf0;
  return bytes;
}

/**
 * The address at `offset`: digits, with '+' when international, or text when alphanumeric. It takes 2 + half its
 * digits. Reserved types and plans are read as unknown ones; a fill digit may be counted (23.040 9.1.2.5, 9.1.2.3).
 */
function decodeAddress(bytes: Uint8Array, offset: number): string {
  const digits = bytes[offset];
  const first = offset + 2;
  if (first > bytes.length) throw at('pdu-truncated', offset);
  if (digits > MAX_ADDRESS_DIGITS || bytes[offset + 1] < 0x80) throw at('pdu-address', offset);
  if (first + ((digits + 1) >> 1) > bytes.length) throw at('pdu-truncated', bytes.length);
  const kind = (bytes[offset + 1] >> 4) & 7;
  if (kind === 5) return textOfSeptets(bytes, 8 * first, Math.floor((digits * 4) / 7));
  let text = kind === 1 ? '+' : '';
  for (let i = 0; i < digits; i++) {
    const pair = bytes[first + (i >> 1)];
    const value = i & 1 ? pair >> 4 : pair & 15;
    if (value > 14 && i === digits - 1) return text;
    if (value > 14) throw at('pdu-address', first + (i >> 1));
    text += '0123456789*#abc'.charAt(value);
  }
  return text;
}

/**
 * Seconds since 1970 of the 7-octet time stamp at `offset`; 0 when it is not a time. A digit that is none counts as 0
 * (23.040 9.2.3.11).
 */
function decodeTime(bytes: Uint8Array, offset: number): number {
  const field = new Uint8Array(7);
  for (let i = 0; i < 7; i++) {
    const pair = bytes[offset + i];
    const tens = i === 6 ? pair & 7 : pair & 15;
    field[i] = (tens > 9 ? 0 : tens * 10) + (pair >> 4 > 9 ? 0 : pair >> 4);
  }
  const month = field[1];
  if (month < 1 || month > 12 || field[2] < 1 || field[2] > 31 || field[3] > 23 || field[4] > 59 || field[5] > 59)
    return 0;
  const zoneS = field[6] * 900 * (bytes[offset + 6] & 8 ? -1 : 1);
  return daysSince1970(2000 + field[0], month, field[2]) * 86400 + field[3] * 3600 + field[4] * 60 + field[5] - zoneS;
}

/** Days from 1970-01-01 to a date of the Gregorian calendar, for years from 1970 on. */
export function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const m = month > 2 ? month - 3 : month + 9;
  return 365 * y + (y >> 2) - Math.floor(y / 100) + Math.floor(y / 400) + Math.floor((153 * m + 2) / 5) + day - 719469;
}

/** Notes the element of a part of a long text: reference of one or two octets, total, part. */
function notePart(pdu: Pdu, bytes: Uint8Array, first: number, size: number): void {
  const total = bytes[first + size - 2];
  const part = bytes[first + size - 1];
  if (!(total > 0 && part > 0 && part <= total)) return;
  pdu.ref = size === 4 ? (bytes[first] << 8) | bytes[first + 1] : bytes[first];
  pdu.total = total;
  pdu.part = part;
}

/** Notes one element, `size` octets from `first`: ports, or a part of a long text. Passes over any other. */
function noteElement(pdu: Pdu, bytes: Uint8Array, first: number, id: number, size: number): void {
  if ((id === INFO_PORT_16 && size === 4) || (id === INFO_PORT_8 && size === 2 && bytes[first] >= FIRST_PORT_8)) {
    const width = size >> 1;
    pdu.port = width === 2 ? (bytes[first] << 8) | bytes[first + 1] : bytes[first];
    pdu.sourcePort = width === 2 ? (bytes[first + 2] << 8) | bytes[first + 3] : bytes[first + 1];
  } else if ((id === INFO_CONCAT_8 && size === 3) || (id === INFO_CONCAT_16 && size === 4)) {
    notePart(pdu, bytes, first, size);
  }
}

/**
 * Reads the user data header's elements from `offset` to `end` into `pdu`. An element that is unknown, has another
 * length than its own or holds reserved values is passed over; of two that exclude each other the last counts; a header
 * whose last element is cut is ignored as a whole (9.2.3.24).
 */
function decodeHeader(pdu: Pdu, bytes: Uint8Array, offset: number, end: number): void {
  while (offset < end) {
    const id = bytes[offset];
    const size = bytes[offset + 1];
    const first = offset + 2;
    offset = first + size;
    if (first > end || offset > end) {
      pdu.port = pdu.sourcePort = -1;
      pdu.ref = 0;
      pdu.total = pdu.part = 1;
      return;
    }
    noteElement(pdu, bytes, first, id, size);
  }
}

/**
 * Alphabet of a data coding scheme (23.038 4), CODING_*; -1 for compressed text, which nothing here reads. Reserved
 * codings are read as the default alphabet; in group 1111 bit 3 is reserved and ignored.
 */
function codingOf(dcs: number): number {
  const group = dcs >> 4;
  const coding = dcs & 12;
  if (group < 8) return dcs & 0x20 ? -1 : coding === 12 ? CODING_GSM7 : coding;
  if (group === 14) return CODING_UCS2;
  return group === 15 ? dcs & CODING_8BIT : CODING_GSM7;
}

/** Reads UDL (at `lengthAt`) and UD under a data coding scheme (23.038 4); compressed ones are refused. */
function decodeUserData(pdu: Pdu, bytes: Uint8Array, dcs: number, lengthAt: number, hasHeader: boolean): void {
  if (lengthAt >= bytes.length) throw at('pdu-truncated', bytes.length);
  const coding = codingOf(dcs);
  if (coding < 0) throw at('pdu-coding', lengthAt);
  const units = bytes[lengthAt];
  const isGsm7 = coding === CODING_GSM7;
  if (units > (isGsm7 ? MAX_SMS_SEPTETS : MAX_SMS_OCTETS)) throw at('pdu-length', lengthAt);
  const octets = isGsm7 ? (units * 7 + 7) >> 3 : units;
  const first = lengthAt + 1;
  const end = first + octets;
  if (end > bytes.length) throw at('pdu-truncated', bytes.length);
  if (end < bytes.length) throw at('pdu-trailing', end);
  pdu.coding = coding;
  pdu.octets = octets;
  let body = first;
  if (hasHeader) {
    body = first + 1 + bytes[first];
    if (octets < 1 || body > end) throw at('pdu-header', first);
    decodeHeader(pdu, bytes, first + 1, body);
  }
  if (isGsm7) {
    const skipped = Math.floor(((body - first) * 8 + 6) / 7);
    if (skipped > units) throw at('pdu-header', first);
    pdu.text = textOfSeptets(bytes, 8 * first + 7 * skipped, units - skipped);
  } else if (coding === CODING_UCS2) {
    if ((end - body) & 1) throw at('pdu-length', lengthAt);
    pdu.text = textOfUcs2(bytes, body, end);
  } else {
    pdu.data = new Uint8Array(end - body);
    pdu.data.set(bytes.subarray(body, end));
  }
}

/**
 * Decodes a PDU that begins with the service centre address (+CMGR, +CMGL, +CMT, +CDS, AT+CMGS).
 * `isFromPhone` tells SMS-SUBMIT (in a phone's outbox, or on its way to the network) from the network's PDUs of the
 * same type bits. Throws the decode errors above; partial data is never handed on.
 */
export function decodePdu(bytes: Uint8Array, isFromPhone: boolean): Pdu {
  let offset = 1 + bytes[0];
  if (bytes.length < 1 || offset >= bytes.length) throw at('pdu-truncated', bytes.length);
  if (bytes[0] > 11) throw at('pdu-address', 0);
  const first = bytes[offset++];
  const kind = first & 3;
  const pdu: Pdu = {
    type: kind,
    address: '',
    coding: 0,
    text: null,
    data: null,
    port: -1,
    sourcePort: -1,
    ref: 0,
    total: 1,
    part: 1,
    sentAt: 0,
    reference: 0,
    status: -1,
    octets: 0,
  };
  if (isFromPhone ? kind !== PDU_SUBMIT : kind !== PDU_DELIVER && kind !== PDU_REPORT) throw at('pdu-type', offset - 1);
  if (kind !== PDU_DELIVER) pdu.reference = bytes[offset++];
  pdu.address = decodeAddress(bytes, offset);
  offset += 2 + ((bytes[offset] + 1) >> 1);
  if (kind === PDU_REPORT) {
    if (offset + 15 > bytes.length) throw at('pdu-truncated', bytes.length);
    pdu.sentAt = decodeTime(bytes, offset);
    pdu.status = bytes[offset + 14];
    return pdu;
  }
  const dcs = bytes[offset + 1];
  offset += 2;
  if (kind === PDU_DELIVER) {
    if (offset + 7 > bytes.length) throw at('pdu-truncated', bytes.length);
    pdu.sentAt = decodeTime(bytes, offset);
    offset += 7;
  } else if (first & 0x18) offset += (first & 0x18) === 0x10 ? 1 : 7;
  decodeUserData(pdu, bytes, dcs, offset, (first & 0x40) !== 0);
  return pdu;
}

/** User data header with a 16-bit port pair (destination and source the same), its length octet included. */
export function portHeader(port: number): Uint8Array {
  return new Uint8Array([6, INFO_PORT_16, 4, port >> 8, port & 255, port >> 8, port & 255]);
}

/**
 * User data with its UDL in front. `header` starts with its own length, or is null; `body` holds septets for
 * CODING_GSM7, octets otherwise. Throws `pdu-length`.
 */
export function encodeUserData(coding: number, header: Uint8Array | null, body: ArrayLike<number>): Uint8Array {
  const headerBytes = header ? header.length : 0;
  const isGsm7 = coding === CODING_GSM7;
  const skipped = isGsm7 ? Math.floor((headerBytes * 8 + 6) / 7) : headerBytes;
  const units = skipped + body.length;
  if (units > (isGsm7 ? MAX_SMS_SEPTETS : MAX_SMS_OCTETS)) throw fail('pdu-length', 'does not fit one SMS');
  const bytes = new Uint8Array(1 + (isGsm7 ? (units * 7 + 7) >> 3 : units));
  bytes[0] = units;
  if (header) bytes.set(header, 1);
  if (isGsm7) packSeptets(body, bytes, 8 + 7 * skipped);
  else bytes.set(body, 1 + headerBytes);
  return bytes;
}

/**
 * SMS-SUBMIT without the service centre address (its length is what AT+CMGS wants). The modem fills in the reference.
 * `validity`: relative validity octet (9.2.3.12.1; 0xA7 = 24 hours) or -1. Throws `pdu-address`, `pdu-length`.
 */
export function encodeSubmit(
  to: string,
  coding: number,
  header: Uint8Array | null,
  body: ArrayLike<number>,
  validity: number,
): Uint8Array {
  const address = encodeAddress(to);
  const userData = encodeUserData(coding, header, body);
  const hasValidity = validity >= 0 ? 1 : 0;
  const bytes = new Uint8Array(4 + address.length + hasValidity + userData.length);
  bytes[0] = (header ? 0x41 : 0x01) | (hasValidity ? 0x10 : 0);
  bytes.set(address, 2);
  const offset = 2 + address.length;
  bytes[offset + 1] = coding;
  if (hasValidity) bytes[offset + 2] = validity;
  bytes.set(userData, offset + 2 + hasValidity);
  return bytes;
}
