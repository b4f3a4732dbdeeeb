// What images have in place of fail() of protocol/errors.ts (tools/build/es5.ts puts this here). Espruino's constructor
// of errors writes down where it was called from, with the text of each line: 200 to 1,000 variables as long as the
// error is held. An object of the same kind made without the constructor takes eight.
import type { CodedError, ErrorCode } from '../protocol/errors';

/** Makes (does not throw) an Error with `code`, as protocol/errors.ts does. It has no stack. */
export function fail(code: ErrorCode, text: string): CodedError {
  const error = Object.create(Error.prototype) as CodedError;
  error.message = code + ': ' + text;
  error.code = code;
  return error;
}
