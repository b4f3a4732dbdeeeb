/**
 * One session's window: numbered frames out, acknowledgements in, go back N; frames in, in order and once.
 * Spec: SPEC.md 4.4. Leaves handshakes to handshake.ts and the meaning of payloads to peer.ts.
 */
import { cutBytes } from '../bytes';
import { ProtocolCrypto } from '../crypto';
import {
  ACK_DELAY_MS,
  FRAME_ACK,
  FRAME_DATA,
  FRAME_FLAG_CONTINUES,
  FRAME_FLAG_MORE,
  FRAME_FLAG_SEALED,
  LINK_SEQ_MAX,
  RETRANSMIT_FIRST_MS,
  RETRANSMIT_LAST_MS,
} from '../wire';
import {
  ACK_HEAD,
  checkBytes,
  cipher,
  closeFrame,
  DATA_HEAD,
  headBytes,
  HelloLimits,
  isAckKind,
  isSealedBy,
  isSound,
  SessionKeys,
  wipeKeys,
} from './secure';

/**
 * A frame alone may wait for a reply to ride with; a second one is acknowledged at once, so that a sender's window
 * moves.
 */
const UNACKED_MAX = 2;

/** A frame that the other end has not acknowledged: payload as it goes out (sealed already on a secure link). */
interface Sent {
  kind: number;
  payload: Uint8Array;
}

export interface Session {
  version: number;
  /** What the other end can take. */
  other: HelloLimits;
  keys?: SessionKeys;
  /** Oldest unacknowledged frame's number and the next new one's; `sent` holds those between. */
  sendBase: number;
  sendNext: number;
  sent: Sent[];
  /** Next number expected. */
  recvNext: number;
  unacked: number;
  /** When an acknowledgement is due; 0: none. The other end said that more frames follow while `isHolding`. */
  ackAtMs: number;
  isHolding: boolean;
  /** When to send the unacknowledged frames again; 0: nothing waits. */
  retryAtMs: number;
  retryDelayMs: number;
  heardAtMs: number;
  spokeAtMs: number;
}

/** What takeFrame found. */
export const TAKEN_BAD = 0;
export const TAKEN_OLD = 1;
export const TAKEN_ACK = 2;
export const TAKEN_DATA = 3;

export function newSession(version: number, other: HelloLimits, keys: SessionKeys | undefined, nowMs: number): Session {
  return {
    version: version,
    other: other,
    keys: keys,
    sendBase: 0,
    sendNext: 0,
    sent: [],
    recvNext: 0,
    unacked: 0,
    ackAtMs: 0,
    isHolding: false,
    retryAtMs: 0,
    retryDelayMs: RETRANSMIT_FIRST_MS,
    heardAtMs: nowMs,
    spokeAtMs: nowMs,
  };
}

export function endSession(session: Session): void {
  if (session.keys) wipeKeys(session.keys);
  session.sent = [];
}

/** The number nearest to `near` whose low octet is `low`. */
export function wholeNumber(low: number, near: number): number {
  const ahead = (low - near) & 0xff;
  return ahead < 128 ? near + ahead : near + ahead - 256;
}

/** True while the other end's window has room. */
export function hasRoom(session: Session): boolean {
  return session.sent.length < session.other.window && session.sendNext < LINK_SEQ_MAX;
}

/** Body of the frame number `seq`, with the acknowledgement as it stands now. */
function dataBody(session: Session, frame: Sent, seq: number, crypto: ProtocolCrypto | undefined): Uint8Array {
  const body = new Uint8Array(DATA_HEAD + frame.payload.length + checkBytes(frame.kind));
  body[0] = frame.kind;
  body[1] = seq;
  body[2] = session.recvNext;
  body.set(frame.payload, DATA_HEAD);
  closeFrame(body, seq, session.recvNext, crypto, session.keys);
  return body;
}

/** What goes out acknowledges everything that came in. */
function spoke(session: Session, nowMs: number): void {
  session.unacked = 0;
  session.ackAtMs = 0;
  session.spokeAtMs = nowMs;
}

/** Numbers a new frame, keeps it until it is acknowledged and answers its body. The caller has asked `hasRoom`. */
export function sendFrame(
  session: Session,
  payload: Uint8Array,
  flags: number,
  nowMs: number,
  crypto?: ProtocolCrypto,
): Uint8Array {
  const seq = session.sendNext++;
  const keys = session.keys;
  const frame = {
    kind: FRAME_DATA | flags | (keys ? FRAME_FLAG_SEALED : 0),
    payload: keys && crypto ? cipher(crypto, keys.encOut, seq, payload) : payload,
  };
  session.sent.push(frame);
  if (!session.retryAtMs) session.retryAtMs = nowMs + session.retryDelayMs;
  const body = dataBody(session, frame, seq, crypto);
  spoke(session, nowMs);
  return body;
}

/** Body of the unacknowledged frame number `at` from the oldest, to be sent again. */
export function sentBody(session: Session, at: number, nowMs: number, crypto?: ProtocolCrypto): Uint8Array {
  const body = dataBody(session, session.sent[at], session.sendBase + at, crypto);
  spoke(session, nowMs);
  return body;
}

export function ackBody(session: Session, nowMs: number, crypto?: ProtocolCrypto): Uint8Array {
  const kind = FRAME_ACK | (session.keys ? FRAME_FLAG_SEALED : 0);
  const body = new Uint8Array(ACK_HEAD + checkBytes(kind));
  body[0] = kind;
  body[1] = session.recvNext;
  closeFrame(body, 0, session.recvNext, crypto, session.keys);
  spoke(session, nowMs);
  return body;
}

/** After a retransmission: the next one waits twice as long. */
export function backOff(session: Session, nowMs: number): void {
  session.retryDelayMs = session.retryDelayMs * 2 < RETRANSMIT_LAST_MS ? session.retryDelayMs * 2 : RETRANSMIT_LAST_MS;
  session.retryAtMs = nowMs + session.retryDelayMs;
}

/** Takes `ack` (the other end's next expected number) into account; answers false when it never was possible. */
function takeAck(session: Session, ack: number, nowMs: number): boolean {
  if (ack > session.sendNext) return false;
  if (ack <= session.sendBase) return true;
  session.sent.splice(0, ack - session.sendBase);
  session.sendBase = ack;
  session.retryDelayMs = RETRANSMIT_FIRST_MS;
  session.retryAtMs = session.sent.length ? nowMs + RETRANSMIT_FIRST_MS : 0;
  return true;
}

/** Notes a frame of the other end that has to be acknowledged. */
function owe(session: Session, isHurried: boolean, nowMs: number): void {
  session.unacked++;
  if (isHurried || session.unacked >= UNACKED_MAX) session.ackAtMs = nowMs;
  else if (!session.ackAtMs) session.ackAtMs = nowMs + ACK_DELAY_MS;
}

/** Is the body of a sealed or a plain session as long as its kind wants it. */
function hasForm(body: Uint8Array, isSealed: boolean): boolean {
  const kind = body[0];
  const leastBytes = headBytes(kind) + checkBytes(kind);
  if (((kind & FRAME_FLAG_SEALED) !== 0) !== isSealed) return false;
  return isAckKind(kind) ? body.length === leastBytes : body.length >= leastBytes;
}

/**
 * Judges a DATA or ACK body and moves the window. TAKEN_DATA: the next frame in order, read it with `framePayload`.
 * TAKEN_OLD: a repetition or one after a gap. TAKEN_BAD: not sound, not of this session; nothing has changed.
 */
export function takeFrame(
  session: Session,
  body: Uint8Array,
  ownWindow: number,
  nowMs: number,
  crypto?: ProtocolCrypto,
): number {
  const keys = session.keys;
  const kind = body[0];
  const isAck = isAckKind(kind);
  if (!hasForm(body, keys !== undefined)) return TAKEN_BAD;
  const seq = isAck ? 0 : wholeNumber(body[1], session.recvNext);
  const ack = wholeNumber(body[headBytes(kind) - 1], session.sendBase);
  if (seq < 0 || ack < 0) return TAKEN_BAD;
  if (keys && crypto ? !isSealedBy(crypto, keys, body, seq, ack) : !isSound(body)) return TAKEN_BAD;
  if (!takeAck(session, ack, nowMs)) return TAKEN_BAD;
  session.heardAtMs = nowMs;
  if (isAck) return TAKEN_ACK;
  if (seq !== session.recvNext) {
    owe(session, true, nowMs);
    return TAKEN_OLD;
  }
  session.recvNext++;
  session.isHolding = (kind & FRAME_FLAG_MORE) !== 0;
  owe(session, ownWindow === 1 && !session.isHolding, nowMs);
  return TAKEN_DATA;
}

/** Payload of a body that takeFrame has just called TAKEN_DATA. */
export function framePayload(session: Session, body: Uint8Array, crypto?: ProtocolCrypto): Uint8Array {
  const payload = cutBytes(body, DATA_HEAD, body.length - checkBytes(body[0]));
  return session.keys && crypto ? cipher(crypto, session.keys.encIn, session.recvNext - 1, payload) : payload;
}

/** True for the kinds of frame that belong to a session. */
export function isSessionKind(kind: number): boolean {
  const plain = kind & ~FRAME_FLAG_SEALED;
  return plain === FRAME_ACK || (plain & ~(FRAME_FLAG_MORE | FRAME_FLAG_CONTINUES)) === FRAME_DATA;
}
