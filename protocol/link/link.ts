/**
 * A link: line in, handshakes, the session that is up, payloads out. Spec: SPEC.md 4.2–4.5. It never calls anybody: peer.ts
 * reads `inbox`, `event` and the deadlines. An unauthenticated frame can neither end a session nor change it.
 */
import { cutBytes, equalBytes, joinBytes, putU32 } from '../bytes';
import {
  CRC_BYTES, FRAME_FLAG_CONTINUES, FRAME_FLAG_MORE, FRAME_HELLO, FRAME_HELLO_REPLY, FRAME_NO_SESSION, HELLO_FIRST_MS, HELLO_LAST_MS,
  KEEP_ALIVE_MS, LINK_DEAD_MS, LINK_NONCE_BYTES, LINK_TAG_BYTES, LINK_VERSION_MAX, LINK_VERSION_MIN, MESSAGE_MAX, MESSAGE_MIN,
  NO_SESSION_PAUSE_MS, PAYLOAD_MAX, PAYLOAD_MIN, REKEY_FRAMES, REQUESTS_MAX, WINDOW_DEFAULT, WINDOW_MAX,
} from '../wire';
import { frameBody, frameLine, LineBuffer, lineBuffer, lineClear, lineTake } from './frame';
import { closeFrame, HelloLimits, helloBytes, helloLimits, helloTag, isHello, isSound, sessionKeys, SessionKeys } from './secure';
import {
  ackBody, backOff, endSession, framePayload, hasRoom, isSessionKind, newSession, sendFrame, sentBody, Session, takeFrame,
  TAKEN_BAD, TAKEN_DATA, TAKEN_OLD,
} from './session';
import { LinkSecurity, LinkStats, LinkUart, PeerOptions } from './types';

export const EVENT_NONE = 0;
export const EVENT_UP = 1;
export const EVENT_DOWN = 2;
/** Up again after the other end's restart. */
export const EVENT_RESTARTED = 3;
/** A new session with the same run of the other end: what was not answered goes out again. */
export const EVENT_RENEWED = 4;

export interface Link {
  uart: LinkUart;
  isInitiator: boolean;
  own: HelloLimits;
  secure?: LinkSecurity;
  stats: LinkStats;
  line: LineBuffer;
  /** From the first frame of a session until silence: survives the change to a new session. */
  isUp: boolean;
  /** The session in use, and (responder) the one that the other end has not yet used. */
  session?: Session;
  next?: Session;
  /** The HELLO that is open (initiator) or was answered last (responder), and the answer, both without check. */
  hello?: Uint8Array;
  reply?: Uint8Array;
  helloAtMs: number;
  helloDelayMs: number;
  noSessionAtMs: number;
  handshakes: number;
  /** Boot id of the other end's run that the last session was with; −1: none yet. */
  otherBootId: number;
  /** Beginning of a message that goes on in the next frame. */
  partial?: Uint8Array;
  isSkipping: boolean;
  /** Complete payloads in order of arrival, encoded messages that wait to go out. */
  inbox: Uint8Array[];
  outbox: Uint8Array[];
  events: number[];
}

function bounded(value: number | undefined, least: number, most: number): number {
  return value === undefined || value > most ? most : value < least ? least : value;
}

export function newLink(options: PeerOptions, stats: LinkStats): Link {
  return {
    uart: options.uart,
    isInitiator: options.role === 'initiator',
    own: {
      versionMin: bounded(options.versionMin === undefined ? LINK_VERSION_MIN : options.versionMin, LINK_VERSION_MIN, 255),
      versionMax: LINK_VERSION_MAX,
      bootId: options.bootId,
      payloadMax: bounded(options.payloadMax, PAYLOAD_MIN, PAYLOAD_MAX),
      window: bounded(options.window || WINDOW_DEFAULT, 1, WINDOW_MAX),
      messageMax: bounded(options.messageMax, MESSAGE_MIN, MESSAGE_MAX),
      requestsMax: bounded(options.requestsMax, 1, REQUESTS_MAX),
    },
    secure: options.secure,
    stats: stats,
    line: lineBuffer(),
    isUp: false,
    helloAtMs: 0,
    helloDelayMs: HELLO_FIRST_MS,
    noSessionAtMs: 0,
    handshakes: 0,
    otherBootId: -1,
    isSkipping: false,
    inbox: [],
    outbox: [],
    events: [],
  };
}

/** Puts a body on the line. `opens` for what may come after garbage. */
function writeBody(link: Link, body: Uint8Array, opens: boolean): void {
  const line = frameLine(body, opens);
  link.stats.framesOut++;
  link.stats.bytesOut += line.length;
  link.uart.write(line);
}

/** Sends an unsealed body: adds its CRC. */
function writePlain(link: Link, unsealed: Uint8Array): void {
  const body = joinBytes(unsealed, new Uint8Array(CRC_BYTES));
  closeFrame(body, 0, 0, 0);
  writeBody(link, body, true);
}

/** A nonce that this end has not used before: random, or on a plain link the boot id and a count. */
function newNonce(link: Link): Uint8Array {
  link.handshakes++;
  if (link.secure) return link.secure.crypto.random(LINK_NONCE_BYTES);
  const nonce = new Uint8Array(LINK_NONCE_BYTES);
  putU32(nonce, 0, link.own.bootId);
  putU32(nonce, 4, link.handshakes);
  return nonce;
}

/** Initiator: begins a handshake, beside the session in use if there is one. */
function beginHello(link: Link, nowMs: number): void {
  link.hello = helloBytes(FRAME_HELLO, link.own, newNonce(link));
  link.helloAtMs = nowMs;
  link.helloDelayMs = HELLO_FIRST_MS;
}

/** The version both will speak, or 0: the highest common one, and never one below either end's floor. */
function agreedVersion(link: Link, other: HelloLimits): number {
  const version = other.versionMax < link.own.versionMax ? other.versionMax : link.own.versionMax;
  const isGood =
    version >= other.versionMin && version >= link.own.versionMin && other.window >= 1 && other.payloadMax >= PAYLOAD_MIN &&
    other.messageMax >= MESSAGE_MIN && other.requestsMax >= 1;
  if (!isGood) link.stats.refusedVersions++;
  return isGood ? version : 0;
}

/** Puts a proven session in use and raises the event that tells how. From here on no lower version is spoken. */
function useSession(link: Link, session: Session): void {
  const wasUp = link.isUp;
  link.isUp = true;
  if (link.session) endSession(link.session);
  link.session = session;
  link.next = undefined;
  link.partial = undefined;
  link.isSkipping = false;
  link.inbox = [];
  link.outbox = [];
  link.stats.handshakes++;
  if (session.version > link.own.versionMin) link.own.versionMin = session.version;
  const isSameRun = link.otherBootId === session.other.bootId;
  const isFirst = link.otherBootId < 0;
  link.otherBootId = session.other.bootId;
  link.events.push(isFirst ? EVENT_UP : isSameRun ? (wasUp ? EVENT_RENEWED : EVENT_UP) : EVENT_RESTARTED);
}

function keysOf(link: Link): SessionKeys | undefined {
  const secure = link.secure;
  if (!secure || !link.hello || !link.reply) return undefined;
  return sessionKeys(secure.crypto, secure.linkKey32, link.hello, link.reply, link.isInitiator);
}

/**
 * Responder: answers a HELLO; the same HELLO again gets the same answer. The session begins with the first frame that
 * proves it. Without keys nothing tells the frames of two sessions apart, so a plain link leaves the old one at once.
 */
function takeHello(link: Link, hello: Uint8Array, nowMs: number): void {
  const secure = link.secure;
  if (!link.reply || !link.hello || !equalBytes(link.hello, hello)) {
    const other = helloLimits(hello);
    link.hello = hello;
    link.reply = helloBytes(FRAME_HELLO_REPLY, link.own, newNonce(link), hello.subarray(hello.length - LINK_NONCE_BYTES));
    if (link.next) endSession(link.next);
    link.next = undefined;
    const version = agreedVersion(link, other);
    if (version) link.next = newSession(version, other, keysOf(link), nowMs);
    if (version && !secure && link.session) {
      endSession(link.session);
      link.session = undefined;
    }
    link.helloAtMs = nowMs;
  }
  writePlain(link, secure ? joinBytes(link.reply, helloTag(secure.crypto, secure.linkKey32, link.hello, link.reply)) : link.reply);
}

/** Initiator: the answer to the open HELLO; anything else is ignored. Answers false when it does not belong. */
function takeHelloReply(link: Link, body: Uint8Array, nowMs: number): boolean {
  const secure = link.secure;
  if (!link.hello) return false;
  const reply = secure ? cutBytes(body, 0, body.length - LINK_TAG_BYTES) : body;
  if (!equalBytes(reply.subarray(reply.length - LINK_NONCE_BYTES), link.hello.subarray(link.hello.length - LINK_NONCE_BYTES))) return false;
  if (secure && !equalBytes(helloTag(secure.crypto, secure.linkKey32, link.hello, reply), body.subarray(reply.length))) return false;
  const other = helloLimits(reply);
  const version = agreedVersion(link, other);
  if (!version) return true;
  link.reply = reply;
  useSession(link, newSession(version, other, keysOf(link), nowMs));
  link.hello = undefined;
  link.reply = undefined;
  if (link.session) transmit(link, link.session, new Uint8Array(0), 0, nowMs);
  return true;
}

/** Sends one new DATA frame. */
function transmit(link: Link, session: Session, payload: Uint8Array, flags: number, nowMs: number): void {
  writeBody(link, sendFrame(session, payload, flags, nowMs, link.secure && link.secure.crypto), false);
}

/** Gathers a message that comes in several frames; hands a complete payload to the inbox. */
function takePayload(link: Link, payload: Uint8Array, goesOn: boolean): void {
  const whole = link.partial ? joinBytes(link.partial, payload) : payload;
  link.partial = undefined;
  if (link.isSkipping || whole.length > link.own.messageMax) {
    if (!link.isSkipping) link.stats.badMessages++;
    link.isSkipping = goesOn;
  } else if (goesOn) link.partial = whole;
  else if (whole.length) link.inbox.push(whole);
}

function takeSessionFrame(link: Link, body: Uint8Array, nowMs: number): number {
  const crypto = link.secure && link.secure.crypto;
  let taken = link.session ? takeFrame(link.session, body, link.own.window, nowMs, crypto) : TAKEN_BAD;
  if (taken === TAKEN_BAD && link.next) {
    taken = takeFrame(link.next, body, link.own.window, nowMs, crypto);
    if (taken !== TAKEN_BAD) useSession(link, link.next);
  }
  if (taken === TAKEN_OLD) link.stats.duplicates++;
  if (taken === TAKEN_DATA && link.session) takePayload(link, framePayload(link.session, body, crypto), (body[0] & FRAME_FLAG_CONTINUES) !== 0);
  return taken;
}

/** The frame is sound but we have no session for it: say so, at most once a second. */
function tellNoSession(link: Link, nowMs: number): void {
  if (nowMs < link.noSessionAtMs) return;
  link.noSessionAtMs = nowMs + NO_SESSION_PAUSE_MS;
  if (link.isInitiator) {
    if (!link.hello) beginHello(link, nowMs);
  } else writePlain(link, new Uint8Array([FRAME_NO_SESSION]));
}

function takeBody(link: Link, body: Uint8Array, nowMs: number): boolean {
  if (isSessionKind(body[0])) {
    if (takeSessionFrame(link, body, nowMs) !== TAKEN_BAD) return true;
    if (!link.session && (link.secure || isSound(body))) tellNoSession(link, nowMs);
    return false;
  }
  if (body.length <= CRC_BYTES || !isSound(body)) return false;
  const content = cutBytes(body, 0, body.length - CRC_BYTES);
  if (content[0] === FRAME_NO_SESSION && content.length === 1) {
    if (link.isInitiator) tellNoSession(link, nowMs);
    return true;
  }
  if (!isHello(body, link.secure !== undefined) || (content[0] === FRAME_HELLO) === link.isInitiator) return false;
  if (link.isInitiator) return takeHelloReply(link, content, nowMs);
  takeHello(link, content, nowMs);
  return true;
}

/** Takes bytes off the line, whatever they are. Changes state, fills `inbox` and `events`; calls nobody but the UART. */
export function linkFeed(link: Link, bytes: Uint8Array, nowMs: number): void {
  link.stats.bytesIn += bytes.length;
  let from = lineTake(link.line, bytes, 0);
  while (from >= 0) {
    const line = link.line;
    if (line.fill || line.isOverlong) {
      const body = line.isOverlong ? undefined : frameBody(line.bytes, line.fill);
      lineClear(line);
      if (body && takeBody(link, body, nowMs)) link.stats.framesIn++;
      else link.stats.badFrames++;
    }
    from = lineTake(link.line, bytes, from);
  }
}

/** Sends again what nobody acknowledged: everything the first time, then only the oldest, to spare a deaf line. */
function retransmit(link: Link, session: Session, nowMs: number): void {
  const crypto = link.secure && link.secure.crypto;
  const count = session.retryDelayMs < 1000 ? session.sent.length : 1;
  for (let i = 0; i < count; i++) {
    writeBody(link, sentBody(session, i, nowMs, crypto), i === 0);
    link.stats.retransmits++;
  }
  backOff(session, nowMs);
}

function linkDown(link: Link, nowMs: number): void {
  if (link.session) endSession(link.session);
  link.session = undefined;
  link.isUp = false;
  link.inbox = [];
  link.outbox = [];
  link.events.push(EVENT_DOWN);
  if (link.isInitiator) beginHello(link, nowMs);
  else if (!link.next) link.hello = undefined;
}

/** Does what the clock asks for: hello, retransmission, keep-alive, giving up. */
export function linkTimers(link: Link, nowMs: number): void {
  const session = link.session;
  if (session) {
    if (nowMs >= session.heardAtMs + LINK_DEAD_MS) return linkDown(link, nowMs);
    if (session.retryAtMs && nowMs >= session.retryAtMs) retransmit(link, session, nowMs);
    if (link.isInitiator && !link.hello && session.sendNext + session.recvNext > REKEY_FRAMES) beginHello(link, nowMs);
    if (link.isInitiator && !session.sent.length && nowMs >= session.spokeAtMs + KEEP_ALIVE_MS) transmit(link, session, new Uint8Array(0), 0, nowMs);
  } else if (link.isInitiator && !link.hello) beginHello(link, nowMs);
  else if (link.isUp && nowMs >= link.helloAtMs + LINK_DEAD_MS) return linkDown(link, nowMs);
  if (link.isInitiator && link.hello && nowMs >= link.helloAtMs) {
    writePlain(link, link.hello);
    link.helloAtMs = nowMs + link.helloDelayMs;
    link.helloDelayMs = link.helloDelayMs * 2 < HELLO_LAST_MS ? link.helloDelayMs * 2 : HELLO_LAST_MS;
  }
}

/** Takes as many waiting messages as fit one payload of `room` octets; a longer one is cut and goes on. */
function nextPayload(link: Link, room: number): { payload: Uint8Array; goesOn: boolean } {
  const first = link.outbox[0];
  if (first.length > room) {
    link.outbox[0] = cutBytes(first, room, first.length);
    return { payload: first.subarray(0, room), goesOn: true };
  }
  let count = 0;
  let length = 0;
  while (count < link.outbox.length && length + link.outbox[count].length <= room) length += link.outbox[count++].length;
  const payload = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < count; i++) {
    payload.set(link.outbox[i], at);
    at += link.outbox[i].length;
  }
  link.outbox.splice(0, count);
  return { payload: payload, goesOn: false };
}

/** Sends what waits, as far as the other end's window goes, then a bare acknowledgement if one is still due. */
export function linkFlush(link: Link, nowMs: number): void {
  const session = link.session;
  if (!session || (session.isHolding && session.ackAtMs > nowMs)) return;
  session.isHolding = false;
  while (link.outbox.length && hasRoom(session)) {
    const part = nextPayload(link, session.other.payloadMax);
    const hasMore = link.outbox.length > 0 && session.sent.length + 1 < session.other.window;
    transmit(link, session, part.payload, (hasMore ? FRAME_FLAG_MORE : 0) | (part.goesOn ? FRAME_FLAG_CONTINUES : 0), nowMs);
  }
  if (session.ackAtMs && nowMs >= session.ackAtMs) writeBody(link, ackBody(session, nowMs, link.secure && link.secure.crypto), false);
}

function sooner(a: number, b: number): number {
  return b && b < a ? b : a;
}

/** When linkTimers or linkFlush has something to do next (uptime, ms); far away when never. */
export function linkDeadline(link: Link, farMs: number): number {
  const session = link.session;
  let atMs = link.isInitiator && link.hello ? link.helloAtMs : farMs;
  if (!session) return link.isUp && !link.isInitiator ? sooner(atMs, link.helloAtMs + LINK_DEAD_MS) : atMs;
  atMs = sooner(atMs, session.heardAtMs + LINK_DEAD_MS);
  atMs = sooner(atMs, session.retryAtMs);
  atMs = sooner(atMs, session.ackAtMs);
  if (link.isInitiator && !session.sent.length) atMs = sooner(atMs, session.spokeAtMs + KEEP_ALIVE_MS);
  return atMs;
}
