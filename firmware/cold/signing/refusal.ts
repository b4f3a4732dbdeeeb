/**
 * What the link answers as a refusal: an error that says so, and what HSM-Cold does about it before it answers
 * (closing.ts settle).
 */
import { fail } from '../../../protocol/errors';
import { REFUSE_BAD_AUTHORITY } from '../../../protocol/wire';

/** code: REFUSE_* of protocol/wire/index.ts, for the requester; text: the short reason, the error's own code. */
export function refusal(code: number, text: string): Error {
  const error = fail(text, 'refused') as any;
  error.refusal = code;
  return error;
}

/** A refusal that counts towards closing the account of this number. */
export function countedRefusal(account: number, code: number, text: string): Error {
  const error = refusal(code, text) as any;
  error.counts = account;
  return error;
}

/** The refusal of a request that V did not sign: it closes the account. */
export function forged(account: number): Error {
  const error = refusal(REFUSE_BAD_AUTHORITY, 'bad-authority') as any;
  error.closes = account;
  return error;
}
