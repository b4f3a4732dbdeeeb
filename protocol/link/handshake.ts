/**
 * How a session begins: HELLO, HELLO_REPLY, and the first frame that proves it. Spec: SPEC.md 4.2 and 4.3. No frame
 * that anyone could have made ends an authenticated session or changes it. Leaves keys and tags to secure.ts.
 */
import { cutBytes, equalBytes, joinBytes, putU32 } from '../bytes';
import {
  FRAME_HELLO,
  FRAME_HELLO_REPLY,
  FRAME_NO_SESSION,
  HELLO_FIRST_MS,
  LINK_NONCE_BYTES,
  LINK_TAG_BYTES,
  MESSAGE_MIN,
  NO_SESSION_PAUSE_MS,
  PAYLOAD_MIN,
} from '../wire';
import { HelloLimits, helloBytes, helloLimits, helloTag, sessionKeys, SessionKeys } from './secure';
import { endSession, newSession, Session } from './session';
import { EVENT_RENEWED, EVENT_RESTARTED, EVENT_UP, Link, transmit, writePlain } from './state';

/** A nonce that this end has not used before: random, or on a plain link the boot id and a count. */
function newNonce(link: Link): Uint8Array {
  link.handshakes++;
  if (link.secure)
    return link.secure.random ? link.secure.random(LINK_NONCE_BYTES) : link.secure.crypto.random(LINK_NONCE_BYTES);
  const nonce = new Uint8Array(LINK_NONCE_BYTES);
  putU32(nonce, 0, link.own.bootId);
  putU32(nonce, 4, link.handshakes);
  return nonce;
}

/** Initiator: begins a handshake, beside the session in use if there is one. */
export function beginHello(link: Link, nowMs: number): void {
  link.hello = helloBytes(FRAME_HELLO, link.own, newNonce(link));
  link.helloAtMs = nowMs;
  link.helloDelayMs = HELLO_FIRST_MS;
}

/** The version both will speak, or 0: the highest common one, and never one below either end's floor. */
function agreedVersion(link: Link, other: HelloLimits): number {
  const version = other.versionMax < link.own.versionMax ? other.versionMax : link.own.versionMax;
  const isGood =
    version >= other.versionMin &&
    version >= link.own.versionMin &&
    other.window >= 1 &&
    other.payloadMax >= PAYLOAD_MIN &&
    other.messageMax >= MESSAGE_MIN &&
    other.requestsMax >= 1;
  if (!isGood) link.stats.refusedVersions++;
  return isGood ? version : 0;
}

/** Puts a proven session in use and raises the event that tells how. From here on no lower version is spoken. */
export function useSession(link: Link, session: Session): void {
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
export function takeHello(link: Link, hello: Uint8Array, nowMs: number): void {
  const secure = link.secure;
  if (!link.reply || !link.hello || !equalBytes(link.hello, hello)) {
    const other = helloLimits(hello);
    link.hello = hello;
    link.reply = helloBytes(
      FRAME_HELLO_REPLY,
      link.own,
      newNonce(link),
      hello.subarray(hello.length - LINK_NONCE_BYTES),
    );
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
  writePlain(
    link,
    secure ? joinBytes(link.reply, helloTag(secure.crypto, secure.linkKey32, link.hello, link.reply)) : link.reply,
  );
}

/** Initiator: the answer to the open HELLO; anything else is ignored. Answers false when it does not belong. */
export function takeHelloReply(link: Link, body: Uint8Array, nowMs: number): boolean {
  const secure = link.secure;
  if (!link.hello) return false;
  const reply = secure ? cutBytes(body, 0, body.length - LINK_TAG_BYTES) : body;
  if (
    !equalBytes(
      reply.subarray(reply.length - LINK_NONCE_BYTES),
      link.hello.subarray(link.hello.length - LINK_NONCE_BYTES),
    )
  )
    return false;
  if (secure && !equalBytes(helloTag(secure.crypto, secure.linkKey32, link.hello, reply), body.subarray(reply.length)))
    return false;
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

/** The frame is sound but we have no session for it: say so, at most once a second. */
export function tellNoSession(link: Link, nowMs: number): void {
  if (nowMs < link.noSessionAtMs) return;
  link.noSessionAtMs = nowMs + NO_SESSION_PAUSE_MS;
  if (link.isInitiator) {
    if (!link.hello) beginHello(link, nowMs);
  } else writePlain(link, new Uint8Array([FRAME_NO_SESSION]));
}
