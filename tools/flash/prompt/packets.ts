// Espruino's packet transfer at the prompt: DLE SOH, two bytes of type and length, the data; answered by ACK or NAK
// and, for EVAL, by a RESPONSE packet. Spec: README_Protocol.md of Espruino. Needs 2v25 or later. No I/O here.
import { fail } from '../../../protocol/errors';

export const DLE = 0x10;
export const SOH = 0x01;
export const ACK = 0x06;
export const NAK = 0x15;
export const XON = 0x11;
export const XOFF = 0x13;
export const CTRL_C = 0x03;
export const ENQ = 0x05;

/** Packet types: the top three bits of the length word. */
export const RESPONSE = 0x0000;
export const EVAL = 0x2000;
export const FILE_SEND = 0x6000;
export const FILE_DATA = 0x8000;
export const MAX_PACKET_BYTES = 0x1fff;

/** One packet as bytes. `text`: one character a byte, 1..8191. Throws code `packet-size`. */
export function encodePacket(type: number, text: string): Uint8Array {
  if (text.length < 1 || text.length > MAX_PACKET_BYTES)
    throw fail('packet-size', `a packet holds 1..${MAX_PACKET_BYTES} bytes, got ${text.length}`);
  const word = type | text.length;
  const bytes = new Uint8Array(4 + text.length);
  bytes.set([DLE, SOH, word >> 8, word & 0xff]);
  bytes.set(Buffer.from(text, 'latin1'), 4);
  return bytes;
}

/** Low bytes of a length that some driver or interpreter on the way takes for a key: Ctrl-C, Ctrl-D, XON, XOFF. */
const KEY_BYTES = [CTRL_C, 0x04, XON, XOFF];

/** An EVAL packet; spaces at its end keep its length from looking like a key. Throws code `packet-size`. */
export function evalPacket(expression: string): Uint8Array {
  let text = expression;
  while (KEY_BYTES.includes(text.length & 0xff)) text += ' ';
  return encodePacket(EVAL, text);
}

/** What a scan of the board's bytes since a packet was sent has found; `undefined` = more bytes are needed. */
export type Reply = { kind: 'value'; text: string } | { kind: 'nak'; text: string } | undefined;

/**
 * Finds the answer to an EVAL packet in `seen`, everything the board sent since (XON and XOFF taken out). Text that the
 * board printed before ACK or NAK is passed over; after NAK the error's text follows, up to the prompt.
 */
export function scanReply(seen: string): Reply {
  for (let i = 0; i < seen.length; i++) {
    const code = seen.charCodeAt(i);
    if (code === NAK) {
      const text = seen.slice(i + 1);
      return /\n>$/.test(text) || text.length > 500
        ? { kind: 'nak', text: text.replace(/[\r>]|\x1b\[J/g, '').trim() }
        : undefined;
    }
    if (code !== ACK) continue;
    const at = seen.indexOf('\x10\x01', i + 1);
    if (at < 0 || seen.length < at + 4) return undefined;
    const lenBytes = ((seen.charCodeAt(at + 2) << 8) | seen.charCodeAt(at + 3)) & MAX_PACKET_BYTES;
    if (seen.length < at + 4 + lenBytes) return undefined;
    return { kind: 'value', text: seen.slice(at + 4, at + 4 + lenBytes) };
  }
  return undefined;
}

/**
 * `text` (one character a byte, printable ASCII and \n) as a string literal of Espruino, in the shorter of the two
 * quotes.
 */
export function quote(text: string): string {
  const doubles = text.split('"').length;
  const singles = text.split("'").length;
  const mark = singles < doubles ? "'" : '"';
  const body = text.replace(/[\\\n\r\t]|[^ -~]/g, (ch) => {
    if (ch === '\\') return '\\\\';
    if (ch === '\n') return '\\n';
    if (ch === '\r') return '\\r';
    if (ch === '\t') return '\\t';
    return `\\x${ch.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return mark + body.split(mark).join(`\\${mark}`) + mark;
}

/** The cheapest expression whose value is `bytes` as a string: a literal where they are text, atob("...") where not. */
export function dataExpression(bytes: Uint8Array): string {
  const literal = quote(Buffer.from(bytes).toString('latin1'));
  const base64 = `atob("${Buffer.from(bytes).toString('base64')}")`;
  return literal.length <= base64.length ? literal : base64;
}
