/**
 * The other end's requests: each is handed to the program once and answered once; a repeated one gets the remembered
 * answer. Spec: SPEC.md 5.1.
 */
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
import { armSoon, indexOfId, PeerState } from './requests';

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
  peer.answered.push({ id: id, bytes: bytes.length > REMEMBERED_REPLY_MAX ? undefined : bytes });
  if (peer.answered.length > REQUESTS_MAX) peer.answered.splice(0, 1);
  if (session && !peer.link.outbox.length) peer.gatherUntilMs = peer.clock.uptimeMs() + ACK_DELAY_MS;
  if (session) peer.link.outbox.push(bytes);
  armSoon(peer);
}

function isHeld(peer: PeerState, id: number): boolean {
  for (let i = 0; i < peer.held.length; i++) if (peer.held[i][1] === id) return true;
  return false;
}

/** Hands a request to the handler; what the handler throws is its refusal. */
function handle(peer: PeerState, message: CborArray): void {
  const id = message[1] as number;
  const run = peer.run;
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
      peer.owner,
    );
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
  const at = indexOfId(peer.answered, id);
  if (at >= 0) {
    const bytes = peer.answered[at].bytes;
    if (bytes) return void peer.link.outbox.push(bytes);
    peer.answered.splice(at, 1);
  }
  if (peer.oneAtATime) peer.held.push(message);
  else handle(peer, message);
}

/** Handles what waits, as far as its turn has come. */
export function takeHeld(peer: PeerState): void {
  while (peer.held.length && !peer.busyIds.length) handle(peer, peer.held.splice(0, 1)[0]);
}
