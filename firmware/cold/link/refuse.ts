/**
 * Replying a refusal (refusal.ts). What the refusal asks for - counting it, closing the account - is done first and is
 * durable before the requester hears of it.
 */
import type { Cold } from '../cold';
import type { Thrown, Refuse } from './refusal';
import { closeAccount, countRefusal } from '../alarms/closing';
import { scheduleFirst } from '../scheduler';
import { REFUSE_INTERNAL } from '../../../protocol/wire';

/**
 * Does what a refusal asks for, durably. Returns the error to be replied: another one when the journal does not take
 * it.
 */
export function applyRefusal(cold: Cold, error: Thrown): Thrown {
  try {
    if (error.closes !== undefined) closeAccount(cold, error.closes, 'forgery');
    else if (error.counts !== undefined) countRefusal(cold, error.counts, error.code);
  } catch (second) {
    return second as Thrown;
  }
  return error;
}

/**
 * Calls `reply` with a refusal once what it asks for is done. That is a task of its own, before all others: with
 * nothing of the request on the stack or in memory, since closing an account needs the room.
 */
export function replyRefusal(cold: Cold, thrown: Thrown, reply: (error: Thrown) => void): void {
  if (thrown.closes === undefined && thrown.counts === undefined) return reply(thrown);
  scheduleFirst(cold, function () {
    reply(applyRefusal(cold, thrown));
  });
}

/** Refuses a request with what a step of it threw, once what that asks for is done. */
export function refuseThrown(cold: Cold, refuse: Refuse, thrown: Thrown): void {
  replyRefusal(cold, thrown, function (error) {
    refuse(error.refusal || REFUSE_INTERNAL, error.refusal ? error.code : 'internal');
  });
}
