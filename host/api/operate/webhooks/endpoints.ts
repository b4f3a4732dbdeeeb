// The endpoints of webhooks as operators manage them.

import type { CodedError } from '../../../../protocol/errors';
import { DAY_MS } from '../../../../protocol/time';
import { accountRow } from '../../accounts/account';
import type { BodyOf, ReplyOf } from '../../calls/call';
import { EVENT_TYPES, MESSAGES_PAGE, type EventType, type WEBHOOK_CALLS } from '../../calls/webhooks';
import { timeText, type Context } from '../../context';
import { apiFail } from '../../http/errors';
import { newSecret } from './signature';
import type { UrlRule } from './url';

/** So long messages are signed with the secret before too. */
const OLD_SECRET_MS = DAY_MS;

type Calls = typeof WEBHOOK_CALLS;

/** Throws `not-found` for an account that is not there, `bad-parameter` for an address that is not allowed. */
export async function addEndpoint(
  { db, runtime }: Context,
  rule: UrlRule,
  { account, url, events = [...EVENT_TYPES] }: BodyOf<Calls['addWebhook']>,
): Promise<ReplyOf<Calls['addWebhook']>> {
  if (!(await accountRow(db, account))) throw apiFail('not-found', 'no account has this number');
  let href: string;
  try {
    ({ href } = rule.require(url));
  } catch (error) {
    throw apiFail('bad-parameter', (error as CodedError).message.replace(/^[a-z-]+: /, ''));
  }
  const secret = newSecret(runtime.random);
  const added = await db.transaction((tx) =>
    tx.get<{ id: number }>(
      'INSERT INTO webhook_endpoints (account, url, events, secret, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id',
      [account, href, JSON.stringify(events), secret, runtime.nowMs()],
    ),
  );
  return { id: added!.id, secret };
}

interface EndpointRow {
  id: number;
  account: number;
  url: string;
  events: string;
  created_at: number;
  failing_since: number | null;
  next_try_at: number;
  last_failure: string | null;
  pending: number;
}

export async function listEndpoints({ db }: Context): Promise<ReplyOf<Calls['listWebhooks']>> {
  const rows = await db.all<EndpointRow>(
    `SELECT e.*, (SELECT COUNT(*) FROM webhook_messages m WHERE m.endpoint_id = e.id AND m.delivered_at IS NULL)
       AS pending
     FROM webhook_endpoints e ORDER BY e.id`,
  );
  return rows.map((row) => ({
    id: row.id,
    account: row.account,
    url: row.url,
    events: JSON.parse(row.events) as EventType[],
    created_at: timeText(row.created_at),
    pending: row.pending,
    failing_since: row.failing_since === null ? null : timeText(row.failing_since),
    next_try_at: row.failing_since === null ? null : timeText(row.next_try_at),
    last_failure: row.last_failure,
  }));
}

/** Throws `not-found`. */
export async function removeEndpoint({ db }: Context, id: number): Promise<void> {
  const removed = await db.transaction(async (tx) => {
    await tx.run('DELETE FROM webhook_messages WHERE endpoint_id = ?', [id]);
    return tx.run('DELETE FROM webhook_endpoints WHERE id = ?', [id]);
  });
  requireFound(removed);
}

function requireFound(rows: number): void {
  if (rows === 0) throw apiFail('not-found', 'no endpoint has this id');
}

/** Throws `not-found`. */
export async function rotateSecret({ db, runtime }: Context, id: number): Promise<string> {
  const secret = newSecret(runtime.random);
  requireFound(
    await db.run('UPDATE webhook_endpoints SET old_secret = secret, old_secret_until = ?, secret = ? WHERE id = ?', [
      runtime.nowMs() + OLD_SECRET_MS,
      secret,
      id,
    ]),
  );
  return secret;
}

interface MessageRow {
  id: number;
  message_id: string;
  type: EventType;
  payload: string;
  created_at: number;
  delivered_at: number | null;
  tries: number;
  last_failure: string | null;
}

/** A page of messages below the cursor. Throws `not-found`. */
export async function listMessages(
  { db }: Context,
  id: number,
  below: number,
): Promise<ReplyOf<Calls['listWebhookMessages']>> {
  if (!(await db.get('SELECT 1 AS one FROM webhook_endpoints WHERE id = ?', [id]))) requireFound(0);
  const rows = await db.all<MessageRow>(
    `SELECT * FROM webhook_messages WHERE endpoint_id = ? AND id < ? ORDER BY id DESC LIMIT ${MESSAGES_PAGE}`,
    [id, below],
  );
  return rows.map(({ id: messageId, message_id, type, payload, created_at, delivered_at, tries, last_failure }) => ({
    id: messageId,
    message_id,
    type,
    created_at: timeText(created_at),
    delivered_at: delivered_at === null ? null : timeText(delivered_at),
    tries,
    last_failure,
    payload,
  }));
}

/** Throws `not-found`. */
export async function redeliver({ db }: Context, messageId: number): Promise<void> {
  await db.transaction(async (tx) => {
    const message = await tx.get<{ endpoint_id: number }>('SELECT endpoint_id FROM webhook_messages WHERE id = ?', [
      messageId,
    ]);
    if (!message) throw apiFail('not-found', 'no message has this id');
    await tx.run('UPDATE webhook_messages SET delivered_at = NULL, is_asked_again = 1 WHERE id = ?', [messageId]);
    await tx.run('UPDATE webhook_endpoints SET next_try_at = 0 WHERE id = ?', [message.endpoint_id]);
  });
}
