/**
 * The other end's requests: each is handed to the program once and answered once; a repeated one gets the remembered
 * answer. Spec: SPEC.md 5.1.
 */
import { cutBytes, joinBytes } from '../bytes';
import { cborEncode } from '../cbor/encode';
import { CborArray, CborValue } from '../cbor/types';
import {
  ACK_DELAY_MS,
  MSG_REFUSAL,
  MSG_REPLY,
  REFUSAL_TAG_MAX,
  REFUSE_BAD_REQUEST,
  REFUSE_INTERNAL,
  REFUSE_LIMIT,
  REMEMBERED_REPLY_MAX,
  REQUESTS_MAX,
} from '../wire';
import { armSoon, PeerState } from './requests';

/** What stands before a remembered answer: its id, and how many octets it has. */
const ANSWERED_HEAD = 2;

/** Where the answer to request `id` stands among those that are remembered; -1: nowhere. */
function answeredAt(all: Uint8Array, id: number): number {
  for (let at = 0; at < all.length; at += ANSWERED_HEAD + all[at + 1]) if (all[at] === id) return at;
  return -1;
}

/**
 * Remembers an answer in place of the oldest of REQUESTS_MAX. A long one answers a read, which is asked again: no octet
 * of it is kept.
 */
function remember(peer: PeerState, id: number, bytes: Uint8Array): void {
  const all = peer.answered;
  const keptBytes = bytes.length > REMEMBERED_REPLY_MAX ? 0 : bytes.length;
  let count = 0;
  for (let at = 0; at < all.length; at += ANSWERED_HEAD + all[at + 1]) count++;
  const from = count < REQUESTS_MAX ? 0 : ANSWERED_HEAD + all[1];
  const at = all.length - from;
  peer.answered = new Uint8Array(at + ANSWERED_HEAD + keptBytes);
  peer.answered.set(all.subarray(from));
  peer.answered[at] = id;
  peer.answered[at + 1] = keptBytes;
  if (keptBytes) peer.answered.set(bytes, at + ANSWERED_HEAD);
}

/**
 * Sends the answer to request `id` of the other end's run `run`, once. A reply without fields is the bare id: one
 * octet.
 */
function answer(peer: PeerState, run: number, id: number, message: CborValue[]): void {
  const busy = peer.busyIds.indexOf(id);
  if (run !== peer.run || busy < 0) return;
  let bytes = cborEncode(message.length === 2 ? id : message);
  const session = peer.link.session;
  if (session && bytes.length > session.other.messageMax) bytes = cborEncode([MSG_REFUSAL, id, REFUSE_LIMIT, 'reply']);
  peer.busyIds.splice(busy, 1);
  remember(peer, id, bytes);
  if (session && !peer.link.outbox.length) peer.gatherUntilMs = peer.clock.uptimeMs() + ACK_DELAY_MS;
  if (session) peer.link.outbox.push(bytes);
  armSoon(peer);
}

function isHeld(peer: PeerState, id: number): boolean {
  for (let i = 0; i < peer.held.length; i++) if (peer.held[i][1] === id) return true;
  return false;
}

/** Answers a request of this run with fields. A function of its own, since a closure keeps all that its maker knew. */
function replyTo(peer: PeerState, run: number, id: number): (fields: CborValue[]) => void {
  return function (fields) {
    answer(peer, run, id, ([MSG_REPLY, id] as CborValue[]).concat(fields));
  };
}

/** Answers a request of this run with a refusal. */
function refuseTo(peer: PeerState, run: number, id: number): (code: number, tag: string) => void {
  return function (code, tag) {
    answer(peer, run, id, [MSG_REFUSAL, id, code, tag.substr(0, REFUSAL_TAG_MAX)]);
  };
}

/** Hands a request to the handler; what the handler throws is its refusal. */
function handle(peer: PeerState, message: CborArray): void {
  const id = message[1] as number;
  const refuse = refuseTo(peer, peer.run, id);
  peer.busyIds.push(id);
  try {
    if (!peer.handler) return refuse(REFUSE_INTERNAL, 'no-handler');
    peer.handler(message[0] as number, message.slice(2), replyTo(peer, peer.run, id), refuse, peer.owner);
  } catch (error) {
    const thrown = error as { refusal?: number; code?: string };
    refuse(
      thrown.refusal || (thrown.code === 'bad-request' ? REFUSE_BAD_REQUEST : REFUSE_INTERNAL),
      thrown.code || 'error',
    );
  }
}

/**
 * Takes a request: a repeated one is answered from memory or already under way, a new one is handled now or in its
 * turn.
 */
export function takeRequest(peer: PeerState, message: CborArray): void {
  const id = message[1] as number;
  if (peer.busyIds.indexOf(id) >= 0 || isHeld(peer, id)) return;
  if (peer.busyIds.length + peer.held.length >= REQUESTS_MAX) return void peer.link.stats.badMessages++;
  const all = peer.answered;
  const at = answeredAt(all, id);
  if (at >= 0) {
    const from = at + ANSWERED_HEAD;
    if (all[at + 1]) return void peer.link.outbox.push(cutBytes(all, from, from + all[at + 1]));
    peer.answered = joinBytes(all.subarray(0, at), all.subarray(from));
  }
  if (peer.oneAtATime) peer.held.push(message);
  else handle(peer, message);
}

/** Handles what waits, as far as its turn has come. */
export function takeHeld(peer: PeerState): void {
  while (peer.held.length && !peer.busyIds.length) handle(peer, peer.held.splice(0, 1)[0]);
}
