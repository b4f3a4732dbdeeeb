/**
 * The requests that this end of a link makes: ids, the queue, time-outs, replies; and the state and timer of a peer.
 * Spec: SPEC.md 5.1. Leaves the other end's requests to answers.ts, the running of it all to peer.ts.
 */
import { CborArray, CborValue } from '../cbor/types';
import { fail, type ErrorCode } from '../errors';
import { LOST_IDS_MAX, MSG_REPLY, REQUEST_ID_COUNT } from '../wire';
import { Link } from './link';
import { LinkClock, LinkError, RequestCallback, RequestHandler } from './types';

export const FAR_MS = 1e15;

/** A request of ours, from the call to its callback. */
export interface Asked {
  id: number;
  bytes: Uint8Array;
  callback: RequestCallback;
  endsAtMs: number;
}

export interface PeerState {
  link: Link;
  clock: LinkClock;
  /** Runs everything that happens by itself; set once, by createPeer. */
  tick: (peer: PeerState) => void;
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
  /** The latest replies of ours, for repeated requests: answers.ts. One array, since a small one has much around it. */
  answered: Uint8Array;
  /** Ids of the other end's requests that the handler has and has not answered. */
  busyIds: number[];
  /** The other end's requests that wait for their turn, where the handler takes one at a time. */
  oneAtATime: boolean;
  held: CborArray[];
  /** While requests wait for their turn, answers wait for each other until then: they share a frame. */
  gatherUntilMs: number;
  /** Grows with each run of the other end: a late answer to an old run is dropped. */
  run: number;
  /** Callbacks that are due: functions and their arguments. */
  due: (() => void)[];
  handler?(...args: [...Parameters<RequestHandler>, owner: unknown]): void;
  /** Handed to the handler: whose link it is. */
  owner?: unknown;
  up?: () => void;
  down?: () => void;
}

export function arm(peer: PeerState, atMs: number): void {
  if (peer.isClosed || (peer.timer && peer.timerAtMs <= atMs)) return;
  if (peer.timer) peer.clock.cancel(peer.timer);
  const delayMs = atMs - peer.clock.uptimeMs();
  peer.timerAtMs = atMs;
  peer.timer = peer.clock.after(delayMs > 0 ? delayMs : 0, function () {
    peer.tick(peer);
  });
}

export function armSoon(peer: PeerState): void {
  arm(peer, peer.clock.uptimeMs());
}

/** Arms for `atMs` in place of the guard, unless something asked for an earlier tick meanwhile. */
export function armInstead(peer: PeerState, guardAtMs: number, atMs: number): void {
  if (peer.timer && peer.timerAtMs === guardAtMs) {
    peer.clock.cancel(peer.timer);
    peer.timer = 0;
  }
  if (atMs < FAR_MS) arm(peer, atMs);
}

export function endAsked(peer: PeerState, asked: Asked, error: LinkError | undefined, fields: CborValue[]): void {
  peer.due.push(function () {
    asked.callback(error, fields);
  });
}

/** Ends everything that is open or waiting with `code`; an answer that comes later still is known as late. */
export function endAll(peer: PeerState, code: ErrorCode, text: string): void {
  const all = peer.open.concat(peer.waiting);
  for (let i = 0; i < peer.open.length; i++) peer.lostIds.push(peer.open[i].id);
  peer.open = [];
  peer.waiting = [];
  for (let i = 0; i < all.length; i++) endAsked(peer, all[i], fail(code, text), []);
}

export function indexOfId(list: { id: number }[], id: number): number {
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
export function openWaiting(peer: PeerState): void {
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
export function timeOut(peer: PeerState, nowMs: number): number {
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
export function takeReply(peer: PeerState, message: CborArray): void {
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
