/**
 * The text protocol of the published V-Device app (chaincloud-v): SMS texts and the texts that are signed. Spec:
 * SPEC.md 9. The parsers take exactly what a genuine app and HSM send, no more: what the app leniently understands
 * besides is answered with undefined. Leaves signatures to the holder of the key, and its known weaknesses to whoever
 * switches it on.
 */
import { bytesOfText, decimalOf, joinBytes } from '../bytes';
import { putUtf8, utf8Length } from '../cbor/text';
import { fail } from '../errors';
import { BATCH_NO_MAX, SIDE_COLD, SIDE_HOT } from '../wire';

const MESSAGE_MAGIC = 'Bitcoin Signed Message:\n';
const ID_MAX = 2147483647;
const COIN_MAX = 12;
const SIGNATURE_CHARS = 88;
const PUBKEY_DIGITS = 66;

export interface V1Open {
  /** Compressed public key, 66 upper-case hex digits. */
  qh: string;
  hId: number;
}

export interface V1Verify {
  side: number;
  batchNo: number;
  /** Absent: the dialect before 2016-09-26, answered in the same one. */
  coin?: string;
}

export interface V1Accept {
  qc: string;
  cId: number;
  hId: number;
}

export interface V1Addresses {
  side: number;
  batchNo: number;
  /** 88 characters of base64. */
  signature: string;
  cId: number;
  coin?: string;
}

function isPubkey(text: string): boolean {
  return text.length === PUBKEY_DIGITS && /^0[23][0-9A-F]+$/.test(text);
}

function isCoin(text: string): boolean {
  return text.length <= COIN_MAX && /^[A-Z0-9-]+$/.test(text);
}

/** Canonical base64 of 65 bytes whose first is 31 or 32: a recoverable signature under a compressed key. */
function isSignature(text: string): boolean {
  return text.length === SIGNATURE_CHARS && /^[HI][A-Za-z0-9+/]+[AEIMQUYcgkosw048]=$/.test(text);
}

/** Fields between `CC:` and the closing colon; undefined for any other text. */
function fieldsOf(text: string): string[] | undefined {
  if (text.length > 160 || text.substr(0, 3) !== 'CC:' || text.charAt(text.length - 1) !== ':' || text.length < 5)
    return undefined;
  return text.substring(3, text.length - 1).split(':');
}

function sideOf(keyword: string, hot: string, cold: string): number {
  return keyword === hot ? SIDE_HOT : keyword === cold ? SIDE_COLD : -1;
}

/** `QH:<key>:H_ID:<id>`: V opens a channel. */
function openOf(fields: string[]): V1Open | undefined {
  const hId = decimalOf(fields[3], 1, ID_MAX);
  return isPubkey(fields[1]) && hId > 0 ? { qh: fields[1], hId: hId } : undefined;
}

/** `QC:<key>:C_ID:<id>:H_ID:<id>`: HSM-Cold accepts it. */
function acceptOf(fields: string[]): V1Accept | undefined {
  const cId = decimalOf(fields[3], 1, ID_MAX);
  const hId = decimalOf(fields[5], 1, ID_MAX);
  return isPubkey(fields[1]) && cId > 0 && hId > 0 ? { qc: fields[1], cId: cId, hId: hId } : undefined;
}

/** What V sends to HSM-Cold; undefined for anything else. */
export function v1ParseToCold(text: string): { open?: V1Open; channelOk?: number; verify?: V1Verify } | undefined {
  const fields = fieldsOf(text);
  if (!fields) return undefined;
  if (fields.length === 4 && fields[0] === 'QH' && fields[2] === 'H_ID') {
    const open = openOf(fields);
    return open && { open: open };
  }
  if (fields.length === 2 && fields[0] === 'CHANNEL_OK') {
    const cId = decimalOf(fields[1], 1, ID_MAX);
    return cId > 0 ? { channelOk: cId } : undefined;
  }
  const side = sideOf(fields[0], 'VERIFY_HOT_ADDRESSES', 'VERIFY_COLD_ADDRESSES');
  const batchNo = fields.length > 1 ? decimalOf(fields[1], 0, BATCH_NO_MAX) : -1;
  if (side < 0 || batchNo < 0 || fields.length > 3 || (fields.length === 3 && !isCoin(fields[2]))) return undefined;
  return { verify: { side: side, batchNo: batchNo, coin: fields[2] } };
}

/** What HSM-Cold sends to V; undefined for anything else. */
export function v1ParseToV(text: string): { accept?: V1Accept; addresses?: V1Addresses } | undefined {
  const fields = fieldsOf(text);
  if (!fields) return undefined;
  if (fields.length === 6 && fields[0] === 'QC' && fields[2] === 'C_ID' && fields[4] === 'H_ID') {
    const accept = acceptOf(fields);
    return accept && { accept: accept };
  }
  const side = sideOf(fields[0], 'HOT_ADDRESSES', 'COLD_ADDRESSES');
  if (side < 0 || (fields.length !== 4 && fields.length !== 5)) return undefined;
  const batchNo = decimalOf(fields[1], 0, BATCH_NO_MAX);
  const cId = decimalOf(fields[3], 1, ID_MAX);
  if (batchNo < 0 || cId < 0 || !isSignature(fields[2]) || (fields.length === 5 && !isCoin(fields[4])))
    return undefined;
  return { addresses: { side: side, batchNo: batchNo, signature: fields[2], cId: cId, coin: fields[4] } };
}

export function v1FormatOpen(m: V1Open): string {
  return 'CC:QH:' + m.qh + ':H_ID:' + m.hId + ':';
}

export function v1FormatChannelOk(cId: number): string {
  return 'CC:CHANNEL_OK:' + cId + ':';
}

export function v1FormatVerify(m: V1Verify): string {
  return (
    'CC:VERIFY_' +
    (m.side === SIDE_COLD ? 'COLD' : 'HOT') +
    '_ADDRESSES:' +
    m.batchNo +
    ':' +
    (m.coin === undefined ? '' : m.coin + ':')
  );
}

export function v1FormatAccept(m: V1Accept): string {
  return 'CC:QC:' + m.qc + ':C_ID:' + m.cId + ':H_ID:' + m.hId + ':';
}

export function v1FormatAddresses(m: V1Addresses): string {
  const coin = m.coin === undefined ? '' : m.coin + ':';
  return (
    'CC:' +
    (m.side === SIDE_COLD ? 'COLD' : 'HOT') +
    '_ADDRESSES:' +
    m.batchNo +
    ':' +
    m.signature +
    ':' +
    m.cId +
    ':' +
    coin
  );
}

/** A field of the signed text: it has no escaping, so what could end the field is refused. */
function aV1Field(name: string, value: string): string {
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c < 0x20 || c === 0x22 || c === 0x5c || c === 0x7f)
      throw fail('v1-bad-field', '"' + name + '" holds a quote, a backslash or a control character');
  }
  return value;
}

export interface V1Request {
  coinCode: string;
  dynamic: number;
  outs: string;
  userTxNo: string;
  /** In the text only when not 0. */
  outType?: number;
  /** In the text when there, even empty. */
  memo?: string | null;
}

/** The text that a request's vc_code signs. Throws `v1-bad-field`. */
export function v1RequestText(m: V1Request): string {
  let text = '{"coin_code":"' + aV1Field('coin_code', m.coinCode) + '","is_dynamic_fee":' + m.dynamic;
  text += ',"outs":"' + aV1Field('outs', m.outs) + '","user_tx_no":"' + aV1Field('user_tx_no', m.userTxNo) + '"';
  if (m.outType) text += ',"outType":' + m.outType;
  if (m.memo !== undefined && m.memo !== null) text += ',"memo":"' + aV1Field('memo', m.memo) + '"';
  return text + '}';
}

/** One address of the text that a batch's signature signs; positions count from 0. */
export function v1BatchEntry(position: number, address: string): string {
  return position + ',' + address + ':';
}

/** The whole text that a batch's signature signs. */
export function v1BatchText(addresses: string[]): string {
  let text = '';
  for (let i = 0; i < addresses.length; i++) text += v1BatchEntry(i, addresses[i]);
  return text;
}

/**
 * What stands in front of a message of `lenBytes` octets before it is hashed: 0x18, the magic, the length (Bitcoin's
 * varint).
 */
export function v1PayloadHead(lenBytes: number): Uint8Array {
  const head = bytesOfText(String.fromCharCode(MESSAGE_MAGIC.length) + MESSAGE_MAGIC);
  if (lenBytes < 253) return joinBytes(head, new Uint8Array([lenBytes]));
  if (lenBytes < 65536) return joinBytes(head, new Uint8Array([253, lenBytes & 255, lenBytes >> 8]));
  return joinBytes(
    head,
    new Uint8Array([254, lenBytes & 255, (lenBytes >> 8) & 255, (lenBytes >> 16) & 255, lenBytes >>> 24]),
  );
}

/**
 * "Bitcoin signed message" around `text`: hash the result twice with SHA-256. Throws `v1-bad-field` for text that is
 * not UTF-8.
 */
export function v1SignedPayload(text: string): Uint8Array {
  const length = utf8Length(text);
  if (length < 0) throw fail('v1-bad-field', 'a lone surrogate');
  const head = v1PayloadHead(length);
  const out = joinBytes(head, new Uint8Array(length));
  putUtf8(out, head.length, text);
  return out;
}
