/**
 * Refusals of requests over the link: an error that names what is replied, and what HSM-Cold does about it before it
 * replies (refuse.ts). Spec: SPEC.md 5.3.
 */
import type { CborValue } from '../../../protocol/cbor/types';
import { fail, type CodedError, type ErrorCode } from '../../../protocol/errors';
import { REFUSE_BAD_AUTHORITY } from '../../../protocol/wire';

/** Gives a request its reply, once. */
export type Reply = (fields: CborValue[]) => void;
/** Refuses a request, once. code: REFUSE_* of protocol/wire; tag: the short reason. */
export type Refuse = (code: number, tag: string) => void;

/** What handlers and steps throw. `code` is missing from an error that no part of the firmware made: a bug. */
export interface Thrown extends CodedError {
  /** Of a refusal: REFUSE_* of protocol/wire; `code` is the tag. */
  refusal?: number;
  /** The account whose refusals it counts among. */
  counts?: number;
  /** The account that it closes. */
  closes?: number;
}

/** A refusal that has no other effect. code: REFUSE_* of protocol/wire. */
export function refusal(code: number, tag: string): Thrown {
  const error: Thrown = fail(tag as ErrorCode, 'refused');
  error.refusal = code;
  return error;
}

/** A refusal that counts towards closing the account of this number. */
export function countedRefusal(account: number, code: number, tag: string): Thrown {
  const error = refusal(code, tag);
  error.counts = account;
  return error;
}

/** The refusal of a request that V did not authorise: it closes the account of this number. */
export function forgedRefusal(account: number): Thrown {
  const error = refusal(REFUSE_BAD_AUTHORITY, 'bad-authority');
  error.closes = account;
  return error;
}
