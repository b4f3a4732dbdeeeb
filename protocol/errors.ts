// Errors as every part of the system makes them: an Error with a string `code` to branch on; the message is for people.
// Numbered codes that travel on a wire are in wire.ts; this file only makes the object.

/** An Error that carries a code. Branch on `code`, never on `message`. */
export interface CodedError extends Error {
  code: string;
}

/** Makes (does not throw) an Error with `code`; `text` says what was expected and never holds a secret. */
export function fail(code: string, text: string): CodedError {
  const error = new Error(code + ': ' + text) as CodedError;
  error.code = code;
  return error;
}
