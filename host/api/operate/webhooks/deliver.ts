// Delivers messages: to each endpoint one after the other, in their order, the same one again until it is taken; to all
// endpoints side by side, so that one that fails or is slow stops nobody. Spec: Standard Webhooks 1.0.0.

import { DAY_MS, HOUR_MS } from '../../../../protocol/time';
import { openHttp } from '../../../kit/http';
import type { Context } from '../../context';
import { signatureHeader } from './signature';
import type { UrlRule } from './url';

const ENDPOINT_LIMIT_MS = 10_000;
/** Only the status of an answer counts. */
const ANSWER_MAX_BYTES = 64 * 1024;
const FIRST_RETRY_MS = 5000;
const LAST_RETRY_MS = HOUR_MS;
/** Each pause is so many times the one before. */
const PAUSE_GROWTH = 3;
/** Delivered messages stay so long, for a look and for a delivery once more. */
const KEPT_MS = 30 * DAY_MS;

interface Endpoint {
  id: number;
  url: string;
  secret: string;
  old_secret: string | null;
  old_secret_until: number;
  failures: number;
}

interface Message {
  id: number;
  message_id: string;
  payload: string;
  tries: number;
}

export interface Deliverer {
  /**
   * Begins to deliver what is due, without waiting for the endpoints. Returns whether any has messages left. Throws
   * what stopped a delivery since the last call, once all have begun.
   */
  start(): Promise<boolean>;
  /** Waits for what is under way. */
  idle(): Promise<void>;
}

export interface DelivererOptions {
  context: Context;
  rule: UrlRule;
  /** Is notified of how each try ended. */
  onTry(result: 'taken' | 'refused'): void;
}

/** Posts one message; undefined when it was taken, else what went wrong. */
async function post(rule: UrlRule, nowMs: number, endpoint: Endpoint, message: Message): Promise<string | undefined> {
  const timestampS = Math.floor(nowMs / 1000);
  const secrets = [endpoint.secret];
  if (endpoint.old_secret !== null && nowMs < endpoint.old_secret_until) secrets.push(endpoint.old_secret);
  const signature = signatureHeader(secrets, { id: message.message_id, timestampS, payload: message.payload });
  try {
    const url = rule.require(endpoint.url);
    const http = openHttp({
      base: url.origin,
      headers: {
        'webhook-id': message.message_id,
        'webhook-timestamp': String(timestampS),
        'webhook-signature': signature,
      },
      timeoutMs: ENDPOINT_LIMIT_MS,
      answerMaxBytes: ANSWER_MAX_BYTES,
      lookup: rule.lookup,
    });
    try {
      const body = { type: 'application/json', text: message.payload };
      const { status } = await http.request('POST', url.pathname + url.search, body);
      return status >= 200 && status < 300 ? undefined : `HTTP ${status}`;
    } finally {
      http.close();
    }
  } catch (error) {
    const { reason, message: text } = error as { reason?: string; message: string };
    return reason ?? text;
  }
}

async function taken({ db, runtime }: Context, endpoint: Endpoint, message: Message): Promise<void> {
  await db.run(
    `UPDATE webhook_messages SET delivered_at = ?, is_asked_again = 0, tries = tries + 1, last_failure = NULL
     WHERE id = ?`,
    [runtime.nowMs(), message.id],
  );
  if (endpoint.failures > 0)
    await db.run(
      `UPDATE webhook_endpoints SET failures = 0, failing_since = NULL, last_failure = NULL, next_try_at = 0
       WHERE id = ?`,
      [endpoint.id],
    );
}

async function refused(
  { db, runtime, log }: Context,
  endpoint: Endpoint,
  message: Message,
  why: string,
): Promise<void> {
  const nowMs = runtime.nowMs();
  const pauseMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * PAUSE_GROWTH ** Math.min(endpoint.failures, 20));
  await db.run('UPDATE webhook_messages SET tries = tries + 1, last_failure = ? WHERE id = ?', [why, message.id]);
  await db.run(
    `UPDATE webhook_endpoints SET failures = failures + 1, failing_since = COALESCE(failing_since, ?),
       last_failure = ?, next_try_at = ? WHERE id = ?`,
    [nowMs, why, nowMs + pauseMs, endpoint.id],
  );
  if (endpoint.failures === 0) log.warn(`webhook endpoint ${endpoint.id} does not take messages: ${why}`);
}

export function createDeliverer({ context, rule, onTry }: DelivererOptions): Deliverer {
  const { db, runtime } = context;
  const underWay = new Map<number, Promise<void>>();
  const stopped: unknown[] = [];

  async function forget(id: number): Promise<void> {
    await db.run('DELETE FROM webhook_messages WHERE endpoint_id = ? AND delivered_at < ?', [
      id,
      runtime.nowMs() - KEPT_MS,
    ]);
  }

  /** Delivers in order until nothing is left or a try fails. */
  async function drainEndpoint(id: number): Promise<void> {
    for (;;) {
      const endpoint = await db.get<Endpoint>('SELECT * FROM webhook_endpoints WHERE id = ?', [id]);
      const message = await db.get<Message>(
        `SELECT * FROM webhook_messages WHERE endpoint_id = ? AND delivered_at IS NULL
         ORDER BY is_asked_again DESC, id LIMIT 1`,
        [id],
      );
      if (!endpoint || !message) return forget(id);
      const problem = await post(rule, runtime.nowMs(), endpoint, message);
      onTry(problem === undefined ? 'taken' : 'refused');
      if (problem !== undefined) return refused(context, endpoint, message, problem);
      await taken(context, endpoint, message);
    }
  }

  return {
    async start() {
      const left = await db.all<{ id: number; next_try_at: number }>(
        `SELECT e.id, e.next_try_at FROM webhook_endpoints e WHERE EXISTS (
           SELECT 1 FROM webhook_messages m WHERE m.endpoint_id = e.id AND m.delivered_at IS NULL)`,
      );
      for (const { id, next_try_at } of left) {
        if (underWay.has(id) || next_try_at > runtime.nowMs()) continue;
        const work = drainEndpoint(id)
          .catch((error: unknown) => stopped.push(error))
          .then(() => undefined)
          .finally(() => underWay.delete(id));
        underWay.set(id, runtime.track(work));
      }
      const [error] = stopped.splice(0);
      if (error !== undefined) throw error;
      return left.length > 0;
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay.values());
    },
  };
}
