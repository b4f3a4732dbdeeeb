/**
 * A link: what comes off the line, what the clock asks for, what goes out. Spec: SPEC.md 4.4 and 4.5. It never calls
 * anybody but the UART: peer.ts reads `inbox`, `events` and the deadline.
 */
import { cutBytes, joinBytes } from '../bytes';
import {
  CRC_BYTES,
  FRAME_FLAG_CONTINUES,
  FRAME_FLAG_MORE,
  FRAME_HELLO,
  FRAME_NO_SESSION,
  HELLO_LAST_MS,
  KEEP_ALIVE_MS,
  LINK_DEAD_MS,
  REKEY_FRAMES,
} from '../wire';
import { frameBody, lineClear, lineTake } from './frame';
import { beginHello, takeHello, takeHelloReply, tellNoSession, useSession } from './handshake';
import { isHello, isSound } from './secure';
import {
  ackBody,
  backOff,
  endSession,
  framePayload,
  hasRoom,
  isSessionKind,
  sentBody,
  Session,
  takeFrame,
  TAKEN_BAD,
  TAKEN_DATA,
  TAKEN_OLD,
} from './session';
import { EVENT_DOWN, Link, transmit, writeBody, writePlain } from './state';

export * from './state';

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
  if (taken === TAKEN_DATA && link.session)
    takePayload(link, framePayload(link.session, body, crypto), (body[0] & FRAME_FLAG_CONTINUES) !== 0);
  return taken;
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

/**
 * Takes bytes off the line, whatever they are. Changes state, fills `inbox` and `events`; calls nobody but the UART.
 */
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

/**
 * Sends again what nobody acknowledged: everything the first time, then only the oldest, to spare a deaf line. An
 * initiator whose session the other end has not used yet begins another beside it: somebody may have put a HELLO of his
 * own in between.
 */
function retransmit(link: Link, session: Session, nowMs: number): void {
  if (link.isInitiator && !link.hello && !session.sendBase && !session.recvNext) beginHello(link, nowMs);
  const crypto = link.secure && link.secure.crypto;
  const count = session.retryDelayMs < 1000 ? session.sent.length : 1;
  for (let i = 0; i < count; i++) {
    writeBody(link, sentBody(session, i, nowMs, crypto), i === 0);
    link.stats.retransmits++;
  }
  backOff(session, nowMs);
}

/** Ends the session in use. */
export function linkDown(link: Link, nowMs: number): void {
  if (link.session) endSession(link.session);
  link.session = undefined;
  link.isUp = false;
  link.inbox = [];
  link.outbox = [];
  link.events.push(EVENT_DOWN);
  if (link.isInitiator) beginHello(link, nowMs);
  else if (!link.next) link.hello = undefined;
}

/** Has the session carried as many frames as its keys are used for. */
function isWornOut(session: Session): boolean {
  return session.sendNext + session.recvNext > REKEY_FRAMES;
}

/** Is it time for a frame that keeps the session. */
function isSilent(session: Session, nowMs: number): boolean {
  return !session.sent.length && nowMs >= session.spokeAtMs + KEEP_ALIVE_MS;
}

/** Has the clock of a link without a session run out: nobody said hello again. */
function isGivenUp(link: Link, nowMs: number): boolean {
  return link.isUp && nowMs >= link.helloAtMs + LINK_DEAD_MS;
}

/** Sends the hello; the next one waits twice as long. */
function repeatHello(link: Link, hello: Uint8Array, nowMs: number): void {
  writePlain(link, hello);
  link.helloAtMs = nowMs + link.helloDelayMs;
  link.helloDelayMs = link.helloDelayMs * 2 < HELLO_LAST_MS ? link.helloDelayMs * 2 : HELLO_LAST_MS;
}

/** Does what the clock asks for: hello, retransmission, keep-alive, giving up. */
export function linkTimers(link: Link, nowMs: number): void {
  const session = link.session;
  if (session) {
    if (nowMs >= session.heardAtMs + LINK_DEAD_MS) return linkDown(link, nowMs);
    if (session.retryAtMs && nowMs >= session.retryAtMs) retransmit(link, session, nowMs);
    if (link.isInitiator) {
      if (!link.hello && isWornOut(session)) beginHello(link, nowMs);
      if (isSilent(session, nowMs)) transmit(link, session, new Uint8Array(0), 0, nowMs);
    }
  } else if (link.isInitiator && !link.hello) beginHello(link, nowMs);
  else if (isGivenUp(link, nowMs)) return linkDown(link, nowMs);
  if (link.isInitiator && link.hello && nowMs >= link.helloAtMs) repeatHello(link, link.hello, nowMs);
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
  while (count < link.outbox.length && length + link.outbox[count].length <= room)
    length += link.outbox[count++].length;
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
    transmit(
      link,
      session,
      part.payload,
      (hasMore ? FRAME_FLAG_MORE : 0) | (part.goesOn ? FRAME_FLAG_CONTINUES : 0),
      nowMs,
    );
  }
  if (session.ackAtMs && nowMs >= session.ackAtMs)
    writeBody(link, ackBody(session, nowMs, link.secure && link.secure.crypto), false);
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
