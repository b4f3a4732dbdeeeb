// What a refused call answers: {"code": int, "message": text}. Spec: docs/http-api.md "Errors"; the numbers never
// change meaning.

import { fail, type CodedError } from '../../../protocol/errors';

/** name → HTTP status and published number. 3 means: this user_tx_no is already there with the same content. */
const TABLE = {
  'bad-token': { status: 401, number: 1 },
  'bad-parameter': { status: 400, number: 2 },
  'same-request': { status: 400, number: 3 },
  'other-request': { status: 400, number: 4 },
  'low-balance': { status: 400, number: 5 },
  'not-found': { status: 404, number: 6 },
  'rate-limit': { status: 429, number: 7 },
  'other-side': { status: 401, number: 8 },
  internal: { status: 500, number: 9 },
  'unknown-coin': { status: 404, number: 10 },
  'small-output': { status: 400, number: 11 },
  'chain-unreachable': { status: 503, number: 12 },
  'chain-refused': { status: 400, number: 13 },
} as const;

export type ApiErrorName = keyof typeof TABLE;

export interface ApiError extends CodedError {
  apiStatus: number;
  apiNumber: number;
  apiText: string;
}

/** Makes (does not throw) the error of a refused call; `text` goes to the caller as it is. */
export function apiFail(name: ApiErrorName, text: string): ApiError {
  const { status, number } = TABLE[name];
  return Object.assign(fail(name, text), { apiStatus: status, apiNumber: number, apiText: text });
}

export function isApiError(error: unknown): error is ApiError {
  return typeof (error as ApiError)?.apiNumber === 'number';
}
