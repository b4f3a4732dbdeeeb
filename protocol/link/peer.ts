/**
 * One end of a link for the rest of the program: requests, replies and refusals over numbered frames. The same code on
 * HSM-Cold, HSM-Hot and the host. Spec: SPEC.md 5. One timer a peer; whatever is called back is called from it, so
 * never from inside a call and never deeper than three calls. Leaves the fields' meaning to messages.ts.
 */
import { cborDecodeSequence } from '../cbor/decode';
import { cborEncode } from '../cbor/encode';
import { CborArray, CborValue } from '../cbor/types';
import { fail } from '../errors';
import { MESSAGE_ITEMS_MAX, MSG_REFUSAL, MSG_REPLY, QUEUE_MAX, REQUEST_ID_COUNT, REQUEST_TIMEOUT_MS } from '../wire';
import { takeHeld, takeRequest } from './answers';
import {
  EVENT_DOWN,
  EVENT_RENEWED,
  EVENT_RESTARTED,
  linkDeadline,
  linkDown,
  linkFeed,
  linkFlush,
  linkTimers,
  newLink,
} from './link';
import {
  arm,
  armInstead,
  armSoon,
  Asked,
  endAll,
  endAsked,
  openWaiting,
  PeerState,
  takeReply,
  timeOut,
} from './requests';
import { endSession } from './session';
import { LinkSecurity, LinkStats, Peer, PeerOptions, RequestCallback } from './types';

/** If a tick is cut short (out of memory goes past try/catch) the next one comes this much later all the same. */
const GUARD_MS = 1000;
/** Message types are below this, so a type is one octet. */
const TYPE_COUNT = 24;
const REFUSAL_CODE_COUNT = 256;

function isSmallWhole(value: CborValue, count: number): boolean {
  return typeof value === 'number' && value >= 0 && value < count && Math.floor(value) === value;
}

/**
 * True for [type, request_id, …] with numbers in range, the four fields of a refusal, and a bare id: a reply without
 * fields.
 */
function isMessage(value: CborValue): boolean {
  if (!Array.isArray(value)) return isSmallWhole(value, REQUEST_ID_COUNT);
  if (value.length < 2 || !isSmallWhole(value[0], TYPE_COUNT) || !isSmallWhole(value[1], REQUEST_ID_COUNT))
    return false;
  if (value[0] === MSG_REPLY) return value.length > 2;
  return (
    value[0] !== MSG_REFUSAL ||
    (value.length === 4 && isSmallWhole(value[2], REFUSAL_CODE_COUNT) && typeof value[3] === 'string')
  );
}

/** Takes one payload apart; one bad message spoils it, none of it is acted on. */
function takePayload(peer: PeerState, payload: Uint8Array): void {
  let messages: CborValue[] = [];
  let isGood = true;
  try {
    messages = cborDecodeSequence(payload, MESSAGE_ITEMS_MAX);
  } catch (error) {
    isGood = false;
  }
  for (let i = 0; i < messages.length; i++) isGood = isGood && isMessage(messages[i]);
  if (!isGood) {
    peer.link.stats.badMessages++;
    return;
  }
  for (let i = 0; i < messages.length; i++) {
    const message = (typeof messages[i] === 'number' ? [MSG_REPLY, messages[i]] : messages[i]) as CborArray;
    if ((message[0] as number) <= MSG_REFUSAL) takeReply(peer, message);
    else takeRequest(peer, message);
  }
}

/** Forgets what belonged to the other end's last run. */
function newRun(peer: PeerState): void {
  peer.run++;
  peer.lostIds = [];
  peer.answered = new Uint8Array(0);
  peer.busyIds = [];
  peer.held = [];
}

function takeEvent(peer: PeerState, event: number): void {
  const wasUp = peer.isUp;
  peer.isUp = event !== EVENT_DOWN;
  if (event === EVENT_RENEWED) {
    for (let i = 0; i < peer.open.length; i++) peer.link.outbox.push(peer.open[i].bytes);
    return;
  }
  if (event === EVENT_DOWN) endAll(peer, 'link-down', 'the other end is silent');
  if (event === EVENT_RESTARTED) {
    endAll(peer, 'link-restarted', 'the other end has started anew');
    newRun(peer);
  }
  if (wasUp && peer.down) peer.due.push(peer.down);
  if (event !== EVENT_DOWN && peer.up) peer.due.push(peer.up);
}

/** Everything that happens by itself: timers, messages, callbacks, and at the end what has to go out. */
function tick(peer: PeerState): void {
  peer.timer = 0;
  if (peer.isClosed) return;
  const link = peer.link;
  const nowMs = peer.clock.uptimeMs();
  const guardAtMs = nowMs + GUARD_MS;
  arm(peer, guardAtMs);
  linkTimers(link, nowMs);
  while (link.events.length) takeEvent(peer, link.events.splice(0, 1)[0]);
  while (link.inbox.length) takePayload(peer, link.inbox.splice(0, 1)[0]);
  takeHeld(peer);
  const timeOutMs = timeOut(peer, nowMs);
  const due = peer.due;
  peer.due = [];
  for (let i = 0; i < due.length; i++) due[i]();
  openWaiting(peer);
  const isGathering = peer.held.length > 0 && link.outbox.length > 0 && nowMs < peer.gatherUntilMs;
  if (!isGathering) linkFlush(link, peer.clock.uptimeMs());
  if (!peer.isClosed)
    armInstead(
      peer,
      guardAtMs,
      peer.due.length ? nowMs : isGathering ? peer.gatherUntilMs : linkDeadline(link, timeOutMs),
    );
}

function request(
  peer: PeerState,
  type: number,
  fields: CborValue[],
  callback: RequestCallback,
  timeoutMs: number | undefined,
): void {
  if (type <= MSG_REFUSAL || type >= TYPE_COUNT)
    throw fail('bad-type', 'a request has a type of 2..' + (TYPE_COUNT - 1));
  const asked: Asked = {
    id: 0,
    bytes: new Uint8Array(0),
    callback: callback,
    endsAtMs: peer.clock.uptimeMs() + (timeoutMs || peer.timeoutMs),
  };
  const session = peer.link.session;
  if (!session || !peer.isUp) endAsked(peer, asked, fail('link-down', 'the link is not up'), []);
  else if (peer.waiting.length >= peer.queueMax) endAsked(peer, asked, fail('link-busy', 'too many requests wait'), []);
  else {
    asked.bytes = cborEncode(([type, 0] as CborValue[]).concat(fields));
    if (asked.bytes.length > session.other.messageMax)
      endAsked(peer, asked, fail('link-too-long', 'longer than the other end takes'), []);
    else peer.waiting.push(asked);
  }
  armSoon(peer);
}

/**
 * Another link key from now on: what was opened, or asked, under the old one is over. linkKey32: secret, the link's
 * from now on.
 */
export function rekeyPeer(peer: PeerState, linkKey32: Uint8Array): void {
  const link = peer.link;
  const secure = link.secure as LinkSecurity;
  secure.linkKey32.fill(0);
  secure.linkKey32 = linkKey32;
  if (link.next) endSession(link.next);
  link.next = undefined;
  link.otherBootId = -1;
  linkDown(link, peer.clock.uptimeMs());
  newRun(peer);
  armSoon(peer);
}

function close(peer: PeerState): void {
  peer.isClosed = true;
  if (peer.timer) peer.clock.cancel(peer.timer);
  endAll(peer, 'link-down', 'closed');
  const due = peer.due;
  peer.due = [];
  peer.clock.after(0, function () {
    for (let i = 0; i < due.length; i++) due[i]();
  });
}

/** Takes what comes off the line. A function of its own, since a closure keeps all that its maker knew. */
function listen(peer: PeerState): void {
  peer.link.uart.onData(function (bytes) {
    if (peer.isClosed) return;
    linkFeed(peer.link, bytes, peer.clock.uptimeMs());
    armSoon(peer);
  });
}

/**
 * Starts one end of a link and answers its bare state, for a program that only answers: it sets `handler` and reads
 * `isUp`. On a board each function that is held costs six variables. Spec: SPEC.md 4 and 5.
 */
export function startPeer(options: PeerOptions): PeerState {
  const stats: LinkStats = {
    bytesIn: 0,
    bytesOut: 0,
    framesIn: 0,
    framesOut: 0,
    badFrames: 0,
    badMessages: 0,
    duplicates: 0,
    retransmits: 0,
    handshakes: 0,
    refusedVersions: 0,
  };
  const peer: PeerState = {
    link: newLink(options, stats),
    clock: options.clock,
    tick: tick,
    timer: 0,
    timerAtMs: 0,
    isClosed: false,
    isUp: false,
    queueMax: options.queueMax === undefined ? QUEUE_MAX : options.queueMax,
    timeoutMs: options.requestTimeoutMs || REQUEST_TIMEOUT_MS,
    waiting: [],
    open: [],
    nextId: 0,
    lostIds: [],
    answered: new Uint8Array(0),
    busyIds: [],
    oneAtATime: options.oneAtATime === true,
    held: [],
    gatherUntilMs: 0,
    run: 0,
    due: [],
  };
  listen(peer);
  armSoon(peer);
  return peer;
}

/** Starts one end of a link; see types.ts for what it takes and offers. */
export function createPeer(options: PeerOptions): Peer {
  const peer = startPeer(options);
  return {
    request: function (type, fields, callback, timeoutMs) {
      request(peer, type, fields, callback, timeoutMs);
    },
    onRequest: function (handler) {
      peer.handler = handler;
    },
    onUp: function (listener) {
      peer.up = listener;
    },
    onDown: function (listener) {
      peer.down = listener;
    },
    isUp: function () {
      return peer.isUp;
    },
    close: function () {
      close(peer);
    },
    stats: peer.link.stats,
  };
}
