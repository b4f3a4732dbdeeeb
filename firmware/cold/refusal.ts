/** What the link answers as a refusal: an error that says so. */
import { fail } from '../../protocol/errors';

/** code: REFUSE_* of protocol/wire.ts, for the requester; text: the short reason, the error's own code. */
export function refusal(code: number, text: string): Error {
  const error = fail(text, 'refused') as any;
  error.refusal = code;
  return error;
}
