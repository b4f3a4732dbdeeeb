// Calls of the API as programs of this system make them, typed by their declarations.

import { fail } from '../../../protocol/errors';
import type { Http, HttpError } from '../../kit/http';
import type { BodyOf, Call, ParamsOf, QueryOf, ReplyOf } from './call';

export interface CallInput<C extends Call> {
  params?: ParamsOf<C>;
  query?: QueryOf<C>;
  body?: BodyOf<C>;
}

export type Caller = <C extends Call>(call: C, input: CallInput<C>) => Promise<ReplyOf<C>>;

const TOO_MANY = 429;

/**
 * Calls below `base`. Throws `api-unreachable`, `api-refused` (4xx: the same call will not be taken later either),
 * `api-fault` (5xx, 429, no JSON).
 */
export function createCaller(http: Http, base: string, host: string): Caller {
  return async (call, { params, query, body }) => {
    const given = { ...(params as Record<string, string> | undefined) };
    const path = call.path.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(given[name] ?? ''));
    const search = query === undefined ? '' : '?' + new URLSearchParams(query as Record<string, string>).toString();
    const sent = call.method === 'POST' ? { type: 'application/json', text: JSON.stringify(body ?? {}) } : undefined;
    const answer = await http.request(call.method, base + path + search, sent).catch((error: HttpError) => {
      throw fail('api-unreachable', `no API answers at ${host} (${error.reason})`);
    });
    if (answer.status === 200) {
      try {
        return JSON.parse(answer.text);
      } catch {
        // reported below
      }
    }
    const isRefused = answer.status >= 400 && answer.status < 500 && answer.status !== TOO_MANY;
    const words = `the API at ${host} answered HTTP ${answer.status}${messageOf(answer.text)}`;
    throw fail(isRefused ? 'api-refused' : 'api-fault', words);
  };
}

const REFUSAL_TEXT_MAX = 300;

/** What a refusal says, when it has the published form. */
function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? `: ${message.replace(/[^\x20-\x7e]/g, '?').slice(0, REFUSAL_TEXT_MAX)}` : '';
  } catch {
    return '';
  }
}
