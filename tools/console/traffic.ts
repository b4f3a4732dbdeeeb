// Bytes of a board's lines as people read them: the console's text, the modem's AT dialogue with its SMS, the link's
// frames. Knows direction and time; shows kinds, names and lengths, never the content of a sealed message.
import { DATA_HEAD } from '../../protocol/link/secure';
import { bytesOfHex, decodePdu } from '../../protocol/sms/pdu';
import { smsOp } from '../../protocol/sms/v2';
import {
  CRC_BYTES,
  FRAME_ACK,
  FRAME_DATA,
  FRAME_FLAG_CONTINUES,
  FRAME_FLAG_MORE,
  FRAME_FLAG_SEALED,
  FRAME_HELLO,
  FRAME_HELLO_REPLY,
  FRAME_NO_SESSION,
  LINK_TAG_BYTES,
  MESSAGE_NAMES,
  MSG_REFUSAL,
  REFUSAL_NAMES,
  SMS_NAMES,
} from '../../protocol/wire';
import { cborDecode } from '../../protocol/cbor';
import { redact } from './redact';

export type LineKind = 'console' | 'modem' | 'link';
export type Level = 'error' | 'warn' | 'info' | 'debug';
/** `in`: from the board; `out`: to it. */
export type Direction = 'in' | 'out';

export interface TrafficEntry {
  at: number;
  kind: LineKind;
  direction: Direction;
  level: Level;
  text: string;
}

export const LEVELS: Level[] = ['error', 'warn', 'info', 'debug'];

/** A message of the link: its name and its request id; byte fields as their lengths. */
export function describeMessage(payload: Uint8Array): string {
  try {
    const fields = cborDecode(payload) as unknown[];
    const [type, id, ...rest] = fields as [number, number, ...unknown[]];
    const name = MESSAGE_NAMES[type] ?? `type ${type}`;
    if (type === MSG_REFUSAL)
      return `refusal of ${id}: ${REFUSAL_NAMES[rest[0] as number] ?? rest[0]} ${String(rest[1] ?? '')}`;
    const shown = rest.map((field) =>
      field instanceof Uint8Array
        ? `${field.length} bytes`
        : Array.isArray(field)
          ? `[${field.length}]`
          : typeof field === 'string'
            ? JSON.stringify(field).slice(0, 60)
            : String(field),
    );
    return `${name} ${id}${shown.length ? ` (${shown.join(', ')})` : ''}`;
  } catch {
    return `${payload.length} bytes of a longer message`;
  }
}

/** One frame of the link. body: without COBS. */
export function describeFrame(body: Uint8Array): string {
  const kind = body[0];
  if (kind === FRAME_HELLO) return 'HELLO';
  if (kind === FRAME_HELLO_REPLY) return 'HELLO-REPLY';
  if (kind === FRAME_NO_SESSION) return 'NO-SESSION';
  const isSealed = (kind & FRAME_FLAG_SEALED) !== 0;
  const plain = kind & ~FRAME_FLAG_SEALED;
  if (plain === FRAME_ACK) return `ACK ${body[1]}${isSealed ? ' sealed' : ''}`;
  if ((plain & ~(FRAME_FLAG_MORE | FRAME_FLAG_CONTINUES)) !== FRAME_DATA)
    return `unknown kind 0x${kind.toString(16)}, ${body.length} bytes`;
  const payload = body.subarray(DATA_HEAD, body.length - (isSealed ? LINK_TAG_BYTES : CRC_BYTES));
  const isPart = (plain & FRAME_FLAG_CONTINUES) !== 0;
  const head = `DATA ${body[1]} ack ${body[2]}: `;
  if (isSealed) return `${head}sealed, ${payload.length} bytes`;
  return head + (isPart ? `part of a message, ${payload.length} bytes` : describeMessage(payload));
}

/** A PDU of the AT dialogue. isFromPhone: the board sends it. */
export function describePdu(hex: string, isFromPhone: boolean): string {
  try {
    const pdu = decodePdu(bytesOfHex(hex), isFromPhone);
    const way = isFromPhone ? `to ${pdu.address}` : `from ${pdu.address}`;
    if (pdu.data) {
      const op = SMS_NAMES[smsOp(pdu.data)];
      return `SMS ${way} port ${pdu.port}: ${op ?? 'binary'}, ${pdu.octets} octets`;
    }
    const part = pdu.total > 1 ? ` part ${pdu.part} of ${pdu.total}` : '';
    return `SMS ${way}${part}: ${JSON.stringify(pdu.text ?? '').slice(0, 120)}`;
  } catch (error) {
    return `PDU that does not decode (${(error as { code?: string }).code ?? 'bad'})`;
  }
}

export function levelOf(kind: LineKind, text: string): Level {
  if (kind === 'console') {
    if (/^error /.test(text) || /Uncaught|^chaincloud hsm-\w+ (?!ready)/.test(text)) return 'error';
    if (/^warning/.test(text) || /\b(closed|down|unset|alarm)\b/.test(text)) return 'warn';
    return 'info';
  }
  if (kind === 'modem') {
    if (/ERROR|UNDER-VOLTAGE|POWER DOWN/.test(text)) return 'warn';
    return /^SMS|^\+CMTI|^\+CREG|Ready/.test(text) ? 'info' : 'debug';
  }
  if (/refusal|NO-SESSION|not COBS|overlong/.test(text)) return 'warn';
  return /^(ACK|HELLO)/.test(text) ? 'debug' : 'info';
}

/** Takes one direction's bytes of a line of text and gives entries; link-view.ts reads links. */
export function createReader(
  kind: Exclude<LineKind, 'link'>,
  direction: Direction,
  give: (entry: TrafficEntry) => void,
): (bytes: Uint8Array, at: number) => void {
  const entry = (text: string, at: number): void =>
    give({ at, kind, direction, level: levelOf(kind, text), text: redact(text) });
  let text = '';
  return (bytes, at) => {
    text += Buffer.from(bytes).toString('latin1');
    for (let cut = text.search(/[\r\n\x1a]/); cut >= 0; cut = text.search(/[\r\n\x1a]/)) {
      const said = text.slice(0, cut).replace(/^> /, '').trim();
      text = text.slice(cut + 1);
      if (said === '') continue;
      if (kind === 'modem' && /^[0-9A-F]{20,}$/i.test(said)) entry(describePdu(said, direction === 'out'), at);
      else entry(said.replace(/[^ -~]/g, '.'), at);
    }
    if (text.length > 4096) text = '';
  };
}

/** `03:00:07.125 < console info  text`. */
export function formatEntry(entry: TrafficEntry): string {
  return (
    `${new Date(entry.at).toISOString().slice(11, 23)} ${entry.direction === 'in' ? '<' : '>'} ` +
    `${entry.kind.padEnd(7)} ${entry.level.padEnd(5)} ${entry.text}`
  );
}

/** True when `level` is at least as grave as `least`. */
export function isShown(level: Level, least: Level): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(least);
}
