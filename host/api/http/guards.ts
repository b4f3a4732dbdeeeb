// Who may call: an account's token, or one of the platform's own. Asked before any body is read.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { SIDE_COLD, SIDE_HOT } from '../../../protocol/wire';
import type { Caller } from '../accounts/account';
import type { CallerCache } from '../accounts/caller-cache';
import type { Call, Role } from '../calls/call';
import { apiFail } from './errors';
import type { RateLimit } from './rate-limit';

/** The side whose token a call takes; both when absent. */
const SIDE_OF: { [who in Call['who']]?: number } = { hot: SIDE_HOT, cold: SIDE_COLD };
/** Role → whose calls it may make beside its own. */
const INCLUDED: Record<Role, readonly Role[]> = {
  gateway: [],
  admin: ['operator', 'metrics', 'backup'],
  operator: ['metrics'],
  metrics: [],
  backup: [],
};

/** Tokens by role. A role without a token is nobody's. */
export type RoleTokens = Partial<Record<Role, string>>;

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Header `token`, or `authorization: Bearer TOKEN`, which Prometheus sends. */
function tokenOf({ headers }: FastifyRequest): string | undefined {
  const { token, authorization } = headers;
  if (typeof token === 'string' && token !== '') return token;
  return authorization === undefined ? undefined : /^Bearer ([\x21-\x7e]+)$/i.exec(authorization)?.[1];
}

/** Lets in whose role may make the call. The guard throws `bad-token`, `other-role`. */
export function roleGuard(tokens: RoleTokens): (request: FastifyRequest, call: Call) => Role {
  const roles = Object.entries(tokens).map(([role, token]) => ({ role: role as Role, expected: digest(token) }));
  return (request, call) => {
    const token = tokenOf(request);
    const given = token === undefined ? undefined : digest(token);
    const found = given && roles.find(({ expected }) => timingSafeEqual(given, expected));
    if (!found) throw apiFail('bad-token', 'header token is missing or wrong');
    if (found.role !== call.who && !INCLUDED[found.role].includes(call.who as Role))
      throw apiFail('other-role', `this call takes the ${call.who} token`);
    return found.role;
  };
}

/** Lets in an account's side. The guard throws `unknown-coin`, `bad-token`, `rate-limit`, `other-side`. */
export function accountGuard(
  callers: CallerCache,
  limit: RateLimit,
): (request: FastifyRequest, call: Call) => Caller | Promise<Caller> {
  function admit(request: FastifyRequest, call: Call, caller: Caller | undefined): Caller | Promise<Caller> {
    const waitS = limit.take(caller ? caller.name : 'unknown ' + request.ip, call.cost);
    return typeof waitS === 'number'
      ? judge(request, call, caller, waitS)
      : waitS.then((seconds) => judge(request, call, caller, seconds));
  }

  function judge(request: FastifyRequest, call: Call, caller: Caller | undefined, waitS: number): Caller {
    if (waitS > 0) throw Object.assign(apiFail('rate-limit', 'too many calls, wait a little'), { retryAfterS: waitS });
    if (!caller)
      throw apiFail('bad-token', request.headers.token ? 'nobody has this token' : 'header token is missing');
    const side = SIDE_OF[call.who];
    if (side !== undefined && side !== caller.side)
      throw apiFail('other-side', `this call takes the ${side === SIDE_HOT ? 'hot sending' : 'cold receiving'} token`);
    return caller;
  }

  return (request, call) => {
    const { coin } = request.params as { coin?: string };
    if (coin !== undefined && coin.toUpperCase() !== 'BTC') throw apiFail('unknown-coin', 'the coin expected is BTC');
    const { token } = request.headers;
    if (typeof token !== 'string' || token === '') return admit(request, call, undefined);
    const known = callers.known(token);
    return known ? admit(request, call, known) : callers.find(token).then((found) => admit(request, call, found));
  };
}
