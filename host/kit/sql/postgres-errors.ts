// Which errors of a PostgreSQL connection mean that the server cannot be reached at this moment.
// Spec: PostgreSQL, appendix A (SQLSTATE); the others are Node's own codes and pg's texts, which carry no code.

import { fail, type CodedError } from '../../../protocol/errors';

/** A connection that is not there by then is none. */
export const CONNECT_LIMIT_MS = 5000;
/** admin_shutdown, crash_shutdown, cannot_connect_now, idle_session_timeout, too_many_connections, out_of_memory. */
const LOST_STATES = new Set(['57P01', '57P02', '57P03', '57P05', '53300', '53200']);
const CONNECTION_CLASS = /^08/;
const SYSTEM_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT']);
const TEXTS = /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/;

export function isLost(error: unknown): boolean {
  const { code, message = '' } = error as { code?: string; message?: string };
  if (code === undefined) return TEXTS.test(message);
  return code === 'db-lost' || LOST_STATES.has(code) || CONNECTION_CLASS.test(code) || SYSTEM_CODES.has(code);
}

/** `db-lost`, without anything of the connection's own text, which may name its user. */
export function lostError(error: unknown): CodedError {
  const { code, message } = error as { code?: string; message: string };
  if (code === 'db-lost') return error as CodedError;
  return fail('db-lost', `the database does not answer (${code ?? message}): it is tried again`);
}
