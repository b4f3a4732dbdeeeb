/**
 * One end of a link for the rest of the program: requests, replies and refusals over numbered frames. The same code on
 * HSM-Cold, HSM-Hot and the host. Spec: SPEC.md 5. One timer a peer; whatever is called back is called from it, so never
 * from inside a call and never deeper than three calls. Leaves the fields' meaning to messages.ts.
 */
import { cborDecodeSequence } from '../cbor/decode';
import { cborEncode } from '../cbor/encode';
import { CborArray, CborValue } from '../cbor/types';
import { fail } from '../errors';
import {
  LOST_IDS_MAX, MESSAGE_ITEMS_MAX, MSG_REFUSAL, MSG_REPLY, QUEUE_MAX, REFUSAL_TAG_MAX, REFUSE_BAD_REQUEST, REFUSE_INTERNAL,
  REFUSE_LIMIT, REMEMBERED_REPLY_MAX, REQUEST_ID_COUNT, REQUEST_TIMEOUT_MS, REQUESTS_MAX,
} from '../wire';
import { EVENT_DOWN, EVENT_RENEWED, EVENT_RESTARTED, Link, linkDeadline, linkFeed, linkFlush, linkTimers, newLink } from './link';
import { LinkClock, LinkError, LinkStats, Peer, PeerOptions, RequestCallback, RequestHandler } from './types';

const FAR_MS = 1e15;
/** If a tick is cut short (out of memory goes past try/catch) the next one comes this much later all the same. */
const GUARD_MS = 1000;
/** Message types are below this, so a type is one octet. */
const TYPE_COUNT = 24;
const REFUSAL_CODE_COUNT = 256;

/** A request of ours, from the call to its callback. */
interface Asked {
  id: number;
  bytes: Uint8Array;
  callback: RequestCallback;
  endsAtMs: number;
}

/** A reply of ours: kept for a repeated request when it is short; a long one answers a read, which is asked again. */
interface Answered {
  id: number;
  bytes?: Uint8Array;
}

interface PeerState {
  link: Link;
  clock: LinkClock;
  timer: number;
  timerAtMs: number;
  isClosed: boolean;
  isUp: boolean;
  queueMax: number;
  timeoutMs: number;
  /** Waiting for a free place, then open (id set), in order. */
  waiting: Asked[];
  open: Asked[];
  nextId: number;
  /** Ids that timed out: not used again in this run of the other end until their reply has come. */
  lostIds: number[];
  answered: Answered[];
  /** Ids of the other end's requests that the handler has and has not answered. */
  busyIds: number[];
  /** Grows with each run of the other end: a late answer to an old run is dropped. */
  run: number;
  /** Callbacks that are due: functions and their arguments. */
  due: (() => void)[];
  handler?: RequestHandler;
  up?: () => void;
  down?: () => void;
}

function arm(peer: PeerState, atMs: number): void {
  if (peer.isClosed || (peer.timer && peer.timerAtMs <= atMs)) return;
  if (peer.timer) peer.clock.cancel(peer.timer);
  const delayMs = atMs - peer.clock.uptimeMs();
  peer.timerAtMs = atMs;
  peer.timer = peer.clock.after(delayMs > 0 ? delayMs : 0, function () {
    tick(peer);
  });
}

function armSoon(peer: PeerState): void {
  arm(peer, peer.clock.uptimeMs());
}

function endAsked(peer: PeerState, asked: Asked, error: LinkError | undefined, fields: CborValue[]): void {
  peer.due.push(function () {
    asked.callback(error, fields);
  });
}

/** Arms for `atMs` in place of the guard, unless something asked for an earlier tick meanwhile. */
function armInstead(peer: PeerState, guardAtMs: number, atMs: number): void {
  if (peer.timer && peer.timerAtMs === guardAtMs) {
    peer.clock.cancel(peer.timer);
    peer.timer = 0;
  }
  if (atMs < FAR_MS) arm(peer, atMs);
}

/** Ends everything that is open or waiting with `code`; an answer that comes later still is known as late. */
function endAll(peer: PeerState, code: string, text: string): void {
  const all = peer.open.concat(peer.waiting);
  for (let i = 0; i < peer.open.length; i++) peer.lostIds.push(peer.open[i].id);
  peer.open = [];
  peer.waiting = [];
  for (let i = 0; i < all.length; i++) endAsked(peer, all[i], fail(code, text), []);
}

function indexOfId(list: { id: number }[], id: number): number {
  for (let i = 0; i < list.length; i++) if (list[i].id === id) return i;
  return -1;
}

/** An id that neither an open request nor a lost one has; −1 when too many are lost. */
function freeId(peer: PeerState): number {
  if (peer.lostIds.length >= LOST_IDS_MAX) return -1;
  for (let tries = 0; tries < REQUEST_ID_COUNT; tries++) {
    const id = peer.nextId;
    peer.nextId = (id + 1) % REQUEST_ID_COUNT;
    if (peer.lostIds.indexOf(id) < 0 && indexOfId(peer.open, id) < 0) return id;
  }
  return -1;
}

/** Writes the id into an encoded request: after the array's head (one octet, or two from 24 fields on) and the type. */
function setId(bytes: Uint8Array, id: number): void {
  bytes[bytes[0] === 0x98 ? 3 : 2] = id;
}

/** Sends waiting requests as far as the other end takes open ones. */
function openWaiting(peer: PeerState): void {
  const session = peer.link.session;
  while (session && peer.waiting.length && peer.open.length < session.other.requestsMax) {
    const asked = peer.waiting[0];
    asked.id = freeId(peer);
    if (asked.id < 0) return;
    peer.waiting.splice(0, 1);
    setId(asked.bytes, asked.id);
    peer.open.push(asked);
    peer.link.outbox.push(asked.bytes);
  }
}

/** Times out requests; answers when the next one would. */
function timeOut(peer: PeerState, nowMs: number): number {
  let nextMs = FAR_MS;
  const lists = [peer.open, peer.waiting];
  for (let k = 0; k < 2; k++) {
    for (let i = lists[k].length - 1; i >= 0; i--) {
      const asked = lists[k][i];
      if (nowMs < asked.endsAtMs) {
        if (asked.endsAtMs < nextMs) nextMs = asked.endsAtMs;
        continue;
      }
      lists[k].splice(i, 1);
      if (k === 0) peer.lostIds.push(asked.id);
      endAsked(peer, asked, fail('link-timeout', 'no answer in time'), []);
    }
  }
  return nextMs;
}

/** A reply or refusal to a request of ours. */
function takeReply(peer: PeerState, message: CborArray): void {
  const id = message[1] as number;
  const lost = peer.lostIds.indexOf(id);
  if (lost >= 0) peer.lostIds.splice(lost, 1);
  const at = indexOfId(peer.open, id);
  if (at < 0) return;
  const asked = peer.open.splice(at, 1)[0];
  if (message[0] === MSG_REPLY) return endAsked(peer, asked, undefined, message.slice(2));
  const error = fail('refused', 'refusal ' + message[2] + ' ' + message[3]) as LinkError;
  error.refusal = message[2] as number;
  error.tag = message[3] as string;
  endAsked(peer, asked, error, []);
}

/** Sends the answer to request `id` of the other end's run `run`, once. A reply without fields is the bare id: one octet. */
function answer(peer: PeerState, run: number, id: number, message: CborValue[]): void {
  const busy = peer.busyIds.indexOf(id);
  if (run !== peer.run || busy < 0) return;
  let bytes = cborEncode(message.length === 2 ? id : message);
  const session = peer.link.session;
  if (session && bytes.length > session.other.messageMax) bytes = cborEncode([MSG_REFUSAL, id, REFUSE_LIMIT, 'reply']);
  peer.busyIds.splice(busy, 1);
  peer.answered.push({ id: id, bytes: bytes.length > REMEMBERED_REPLY_MAX ? undefined : bytes });
  if (peer.answered.length > REQUESTS_MAX) peer.answered.splice(0, 1);
  if (session) peer.link.outbox.push(bytes);
  armSoon(peer);
}

/** Hands a request to the handler, or answers a repeated one from memory. */
function takeRequest(peer: PeerState, message: CborArray): void {
  const id = message[1] as number;
  const run = peer.run;
  if (peer.busyIds.indexOf(id) >= 0) return;
  if (peer.busyIds.length >= REQUESTS_MAX) return void peer.link.stats.badMessages++;
  const at = indexOfId(peer.answered, id);
  if (at >= 0) {
    const bytes = peer.answered[at].bytes;
    if (bytes) return void peer.link.outbox.push(bytes);
    peer.answered.splice(at, 1);
  }
  peer.busyIds.push(id);
  const refuse = function (code: number, tag: string): void {
    answer(peer, run, id, [MSG_REFUSAL, id, code, tag.substr(0, REFUSAL_TAG_MAX)]);
  };
  try {
    if (!peer.handler) return refuse(REFUSE_INTERNAL, 'no-handler');
    peer.handler(
      message[0] as number,
      message.slice(2),
      function (fields) {
        answer(peer, run, id, ([MSG_REPLY, id] as CborValue[]).concat(fields));
      },
      refuse,
    );
  } catch (error) {
    const thrown = error as { refusal?: number; code?: string };
    refuse(thrown.refusal || (thrown.code === 'bad-request' ? REFUSE_BAD_REQUEST : REFUSE_INTERNAL), thrown.code || 'error');
  }
}

function isSmallWhole(value: CborValue, count: number): boolean {
  return typeof value === 'number' && value >= 0 && value < count && Math.floor(value) === value;
}

/** True for [type, request_id, …] with numbers in range, the four fields of a refusal, and a bare id: a reply without fields. */
function isMessage(value: CborValue): boolean {
  if (!Array.isArray(value)) return isSmallWhole(value, REQUEST_ID_COUNT);
  if (value.length < 2 || !isSmallWhole(value[0], TYPE_COUNT) || !isSmallWhole(value[1], REQUEST_ID_COUNT)) return false;
  if (value[0] === MSG_REPLY) return value.length > 2;
  return value[0] !== MSG_REFUSAL || (value.length === 4 && isSmallWhole(value[2], REFUSAL_CODE_COUNT) && typeof value[3] === 'string');
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
  peer.answered = [];
  peer.busyIds = [];
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
  const timeOutMs = timeOut(peer, nowMs);
  const due = peer.due;
  peer.due = [];
  for (let i = 0; i < due.length; i++) due[i]();
  openWaiting(peer);
  linkFlush(link, peer.clock.uptimeMs());
  if (!peer.isClosed) armInstead(peer, guardAtMs, peer.due.length ? nowMs : linkDeadline(link, timeOutMs));
}

function request(peer: PeerState, type: number, fields: CborValue[], callback: RequestCallback, timeoutMs: number | undefined): void {
  if (type <= MSG_REFUSAL || type >= TYPE_COUNT) throw fail('bad-type', 'a request has a type of 2..' + (TYPE_COUNT - 1));
  const asked: Asked = { id: 0, bytes: new Uint8Array(0), callback: callback, endsAtMs: peer.clock.uptimeMs() + (timeoutMs || peer.timeoutMs) };
  const session = peer.link.session;
  if (!session || !peer.isUp) endAsked(peer, asked, fail('link-down', 'the link is not up'), []);
  else if (peer.waiting.length >= peer.queueMax) endAsked(peer, asked, fail('link-busy', 'too many requests wait'), []);
  else {
    asked.bytes = cborEncode(([type, 0] as CborValue[]).concat(fields));
    if (asked.bytes.length > session.other.messageMax) endAsked(peer, asked, fail('link-too-long', 'longer than the other end takes'), []);
    else peer.waiting.push(asked);
  }
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

/** Starts one end of a link. Spec: SPEC.md 4 and 5; see types.ts for what it takes and offers. */
export function createPeer(options: PeerOptions): Peer {
  const stats: LinkStats = {
    bytesIn: 0, bytesOut: 0, framesIn: 0, framesOut: 0, badFrames: 0, badMessages: 0, duplicates: 0, retransmits: 0, handshakes: 0, refusedVersions: 0,
  };
  const peer: PeerState = {
    link: newLink(options, stats),
    clock: options.clock,
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
    answered: [],
    busyIds: [],
    run: 0,
    due: [],
  };
  options.uart.onData(function (bytes) {
    if (peer.isClosed) return;
    linkFeed(peer.link, bytes, peer.clock.uptimeMs());
    armSoon(peer);
  });
  armSoon(peer);
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
    stats: stats,
  };
}
