// V's side of the SMS link with HSM-Cold, whichever protocol is spoken: what the loops ask of it and what it tells
// them. link-v2.ts: the binary protocol. link-v1.ts: the text protocol of the published app.

import { HOUR_MS, MINUTE_MS } from '../../../protocol/time';
import type { Batch } from '../state';
import type { ColdStatus, IncomingSms } from '../types';

/** What V authorises. */
export interface AskedRequest {
  userTxNo: string;
  outs: string;
  dynamic: number;
  maxFeeSats: number;
}

export interface Authorised {
  channelId: number;
  vcCode: string;
  /** What the authority allows for fees; null of v1, whose signature covers no such thing. */
  maxFeeSats: number | null;
}

export interface HsmLink {
  /** Starts a key exchange (or repeats the SMS of one that just began). */
  open(): void;
  /** Sends again what got no answer in time. */
  tick(): void;
  /** When `tick` will have something to do, ms of VContext.steadyMs(); null: nothing. */
  nextDueMs(): number | null;
  /** The channel in use, or null. */
  current(): { id: number; openedAtMs: number } | null;
  isOpening(): boolean;
  /** Authority for one request under the current channel. Throws `no-channel`. Deterministic. */
  authorise(request: AskedRequest): Authorised;
  /** Asks HSM-Cold to vouch for a batch. `attempt` counts from 0: it chooses the number. Throws `no-channel`. */
  askBatch(side: number, batchNo: number, attempt: number): void;
  /** Asks HSM-Cold how it is; the answer comes through `onStatus`. Throws `no-channel`, `not-in-v1`. */
  askStatus(): void;
  /** An SMS from one of HSM-Cold's numbers. False: not understood, forged, or stale. */
  take(sms: IncomingSms): boolean;
}

export interface HsmLinkEvents {
  onOpened(channelId: number): void;
  /** `matches`: does HSM-Cold's proof fit this list? */
  onBatchAnswer(side: number, batchNo: number, matches: (batch: Batch) => boolean): void;
  /** HSM-Cold has to derive first; ask again after `seconds`. */
  onBatchLater(side: number, batchNo: number, seconds: number): void;
  onBatchRefused(side: number, batchNo: number): void;
  onStatus(status: ColdStatus): void;
  /** Words for the admins. */
  onAlarm(words: string): void;
}

/**
 * Whether a pause is over that ends at `dueMs`, both ms of VContext.steadyMs(). What lies further ahead than the
 * longest pause was written down before the clock was set back, with V off.
 */
export function isDue(nowMs: number, dueMs: number, longestMs = HOUR_MS): boolean {
  return nowMs >= dueMs || dueMs - nowMs > longestMs;
}

const RETRY_MS = 3 * MINUTE_MS;
/** Attempts of an OPEN that are followed by the shortest pause. */
const QUICK_OPENS = 3;

/**
 * Pause after attempt n = 0.. of an SMS: 3, 6, 12 … 60 minutes. HSM-Cold may need one for its arithmetic, the network
 * another.
 */
export function retryPauseMs(attempt: number): number {
  return Math.min(RETRY_MS * 2 ** attempt, HOUR_MS);
}

/**
 * Pause after attempt n = 0.. of an OPEN, without whose ACCEPT V can do nothing: 3, 3, 3, 6 … 60 minutes. The first
 * four attempts pass one bad place on each SIM, HSM-Cold's two and V's, within ten minutes.
 */
export function openPauseMs(attempt: number): number {
  return attempt < QUICK_OPENS ? RETRY_MS : retryPauseMs(attempt - QUICK_OPENS + 1);
}
