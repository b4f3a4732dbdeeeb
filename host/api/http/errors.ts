// What a refused call answers: {"code": int, "message": text}. Spec: docs/http-api.md "Errors"; the numbers never
// change meaning.

import { fail, type CodedError } from '../../../protocol/errors';

/** name → HTTP status and published number. 3 means: this user_tx_no is already there with the same content. */
export const API_ERRORS = {
  'bad-token': { status: 401, number: 1, meaning: 'no such token' },
  'bad-parameter': { status: 400, number: 2, meaning: 'a parameter is missing or out of bounds' },
  'same-request': { status: 400, number: 3, meaning: 'this `user_tx_no` is there with the same payment' },
  'other-request': { status: 400, number: 4, meaning: 'this `user_tx_no` is there with another payment' },
  'low-balance': {
    status: 400,
    number: 5,
    meaning: 'the balance is not enough; nothing was kept, so the same request may come again',
  },
  'not-found': { status: 404, number: 6, meaning: 'not there' },
  'rate-limit': { status: 429, number: 7, meaning: 'too many calls' },
  'other-side': { status: 401, number: 8, meaning: 'the call takes the other token' },
  internal: { status: 500, number: 9, meaning: 'internal' },
  'unknown-coin': { status: 404, number: 10, meaning: 'another coin than BTC' },
  'small-output': { status: 400, number: 11, meaning: 'an output below 10,000 satoshi' },
  'chain-unreachable': { status: 503, number: 12, meaning: 'the bitcoin node does not answer' },
  'database-unreachable': { status: 503, number: 19, meaning: 'the database does not answer' },
  'chain-refused': { status: 400, number: 13, meaning: 'the bitcoin node refused the transaction' },
  'other-role': { status: 403, number: 14, meaning: 'the token is known, its role may not make this call' },
  'bad-method': { status: 405, number: 15, meaning: 'the path takes other methods: header `allow` names them' },
  'slow-request': { status: 408, number: 16, meaning: 'the request did not arrive in time' },
  stopping: { status: 503, number: 17, meaning: 'the API is being stopped' },
  'not-ready': { status: 503, number: 18, meaning: 'a duty of the API is late' },
  'too-large': { status: 413, number: 2, meaning: 'the body is too large' },
  'bad-media-type': { status: 415, number: 2, meaning: 'the body is neither a form nor JSON' },
  'large-head': { status: 431, number: 2, meaning: 'path or headers are too large' },
} as const;

export type ApiErrorName = keyof typeof API_ERRORS;

export interface ApiError extends CodedError {
  apiStatus: number;
  apiNumber: number;
  apiText: string;
  /** Seconds after which the same call may succeed: header `retry-after`. */
  retryAfterS?: number;
}

/** Makes (does not throw) the error of a refused call; `text` goes to the caller as it is. */
export function apiFail(name: ApiErrorName, text: string): ApiError {
  const { status, number } = API_ERRORS[name];
  return Object.assign(fail(name, text), { apiStatus: status, apiNumber: number, apiText: text });
}

export function isApiError(error: unknown): error is ApiError {
  return typeof (error as ApiError)?.apiNumber === 'number';
}
