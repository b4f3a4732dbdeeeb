// Who may call: an account's token, or one of the platform's own. Asked before any body is read.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { SIDE_COLD, SIDE_HOT } from '../../../protocol/wire';
import { callerOf, hashOfToken, type Caller } from '../accounts/accounts';
import type { Call } from '../calls/call';
import type { Context } from '../context';
import { apiFail } from './errors';
import type { RateLimit } from './rate-limit';

/** The side whose token a call takes; both when absent. */
const SIDE_OF: { [who in Call['who']]?: number } = { hot: SIDE_HOT, cold: SIDE_COLD };

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Lets in who shows `token`. The guard throws `bad-token`. */
export function tokenGuard(token: string): (request: FastifyRequest) => Promise<void> {
  const expected = digest(token);
  return async (request) => {
    const given = request.headers.token;
    if (typeof given !== 'string' || !timingSafeEqual(digest(given), expected))
      throw apiFail('bad-token', 'header token is missing or wrong');
  };
}

/** Lets in an account's side. The guard throws `unknown-coin`, `bad-token`, `rate-limit`, `other-side`. */
export function accountGuard(
  context: Context,
  limit: RateLimit,
): (request: FastifyRequest, call: Call) => Promise<Caller> {
  return async (request, call) => {
    const { coin } = request.params as { coin?: string };
    if (coin !== undefined && coin.toUpperCase() !== 'BTC') throw apiFail('unknown-coin', 'the coin expected is BTC');
    const { token } = request.headers;
    const caller = typeof token === 'string' && token !== '' ? await callerOf(context.db, token) : undefined;
    if (!limit.take(caller ? hashOfToken(token as string) : 'unknown ' + request.ip, call.cost))
      throw apiFail('rate-limit', 'too many calls, wait a little');
    if (!caller) throw apiFail('bad-token', token ? 'nobody has this token' : 'header token is missing');
    const side = SIDE_OF[call.who];
    if (side !== undefined && side !== caller.side)
      throw apiFail('other-side', `this call takes the ${side === SIDE_HOT ? 'hot sending' : 'cold receiving'} token`);
    return caller;
  };
}
