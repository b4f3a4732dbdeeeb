/**
 * UTF-8 (RFC 3629). In an interpreter with 16-bit strings text is text; in one with 8-bit strings (the device) a string
 * holds the UTF-8 bytes themselves. Either way what is not well-formed UTF-8 is refused, never mended.
 */
import { textOfBytes } from '../bytes';

/** True where a character can be above 255. */
const HAS_WIDE_TEXT = String.fromCharCode(256).charCodeAt(0) === 256;

/**
 * Bytes of the character that starts at `at`, 1..4, or 0 when it is malformed: over-long, a surrogate, above U+10FFFF,
 * or cut off at `end`.
 */
function characterBytes(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at];
  if (lead < 0x80) return 1;
  const count = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + count > end) return 0;
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (bytes[at + 1] < least || bytes[at + 1] > most) return 0;
  for (let i = 2; i < count; i++) if ((bytes[at + i] & 0xc0) !== 0x80) return 0;
  return count;
}

/** Offset of the first malformed character of bytes[start, end), or -1. */
export function malformedAt(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const count = characterBytes(bytes, at, end);
    if (count === 0) return at;
    at += count;
  }
  return -1;
}

/** Text of bytes[start, end), which `malformedAt` has passed or which is all ASCII. */
function wideText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  let at = start;
  while (at < end) {
    const lead = bytes[at];
    const count = characterBytes(bytes, at, end);
    let point = count === 1 ? lead : lead & (0xff >> (count + 1));
    for (let i = 1; i < count; i++) point = (point << 6) | (bytes[at + i] & 0x3f);
    text +=
      point < 0x10000
        ? String.fromCharCode(point)
        : String.fromCharCode(0xd7c0 + (point >> 10), 0xdc00 + (point & 0x3ff));
    at += count;
  }
  return text;
}

/** Text of bytes[start, end); undefined when it is not well-formed UTF-8. */
export function textOfUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  const raw = textOfBytes(bytes, start, end);
  if (!/[\x80-\xff]/.test(raw)) return raw;
  if (malformedAt(bytes, start, end) >= 0) return undefined;
  return HAS_WIDE_TEXT ? wideText(bytes, start, end) : raw;
}

/** Code point at text[i], a surrogate pair taken together; a lone surrogate gives itself. */
function pointAt(text: string, i: number): number {
  const unit = text.charCodeAt(i);
  if (unit < 0xd800 || unit > 0xdbff || i + 1 >= text.length) return unit;
  const low = text.charCodeAt(i + 1);
  return low >= 0xdc00 && low <= 0xdfff ? 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) : unit;
}

/** Octets that `text` takes in UTF-8; -1 when it has a lone surrogate. */
export function utf8Length(text: string): number {
  if (!HAS_WIDE_TEXT) return text.length;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const point = pointAt(text, i);
    if (point >= 0xd800 && point <= 0xdfff) return -1;
    if (point > 0xffff) i++;
    count += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return count;
}

/** Writes `text` at `offset` of `out`, which has the room; on an 8-bit interpreter the caller checks the result. */
export function putUtf8(out: Uint8Array, offset: number, text: string): void {
  let at = offset;
  for (let i = 0; i < text.length; i++) {
    const point = HAS_WIDE_TEXT ? pointAt(text, i) : 0;
    if (point < 0x80) out[at++] = text.charCodeAt(i);
    else {
      const more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
      out[at++] = (point >> (6 * more)) | (more === 1 ? 0xc0 : more === 2 ? 0xe0 : 0xf0);
      for (let j = more - 1; j >= 0; j--) out[at++] = ((point >> (6 * j)) & 0x3f) | 0x80;
      if (more === 3) i++;
    }
  }
}
