// Calls that manage webhooks: endpoints of customers that are notified of deposits and payments. Part of the platform's
// calls. Spec: docs/webhooks.md; Standard Webhooks 1.0.0.

import { Type } from '@sinclair/typebox';
import { ACCOUNT_MAX } from '../../../protocol/wire';
import { Nullable } from './call';
import { Done, Moment } from './shapes';

const URL_MAX = 500;
export const MESSAGES_PAGE = 100;

export const EVENT_TYPES = [
  'deposit.seen',
  'deposit.confirmed',
  'deposit.gone',
  'payment.sent',
  'payment.failed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

const Params = Type.Object({ id: Type.String() });
const EventName = Type.Union(EVENT_TYPES.map((type) => Type.Literal(type)));
const Endpoint = Type.Object({
  id: Type.Integer(),
  account: Type.Integer(),
  url: Type.String(),
  events: Type.Array(EventName),
  created_at: Moment,
  pending: Type.Integer({ description: 'messages that it has not taken yet' }),
  failing_since: Nullable(Moment),
  next_try_at: Nullable(Moment),
  last_failure: Nullable(Type.String()),
});

const addWebhook = {
  method: 'POST',
  path: '/webhooks',
  who: 'operator',
  summary: 'Adds an endpoint and answers the secret of its signatures, this once. It gets what happens from then on.',
  body: Type.Object({
    account: Type.Integer({ minimum: 0, maximum: ACCOUNT_MAX }),
    url: Type.String({ minLength: 1, maxLength: URL_MAX, description: 'https, of a public address' }),
    events: Type.Optional(Type.Array(EventName, { description: 'all when absent' })),
  }),
  reply: Type.Object({ id: Type.Integer(), secret: Type.String({ description: 'whsec_ and base64' }) }),
  errors: ['not-found'],
} as const;

const listWebhooks = {
  method: 'GET',
  path: '/webhooks',
  who: 'operator',
  summary: 'All endpoints, and how they stand.',
  reply: Type.Array(Endpoint),
} as const;

const removeWebhook = {
  method: 'POST',
  path: '/webhooks/:id/remove',
  who: 'operator',
  summary: 'Removes an endpoint with its messages.',
  params: Params,
  reply: Done,
  errors: ['not-found'],
} as const;

const rotateWebhookSecret = {
  method: 'POST',
  path: '/webhooks/:id/secret',
  who: 'operator',
  summary: 'Makes a new secret and answers it, this once. For a day messages are signed with both.',
  params: Params,
  reply: Type.Object({ secret: Type.String() }),
  errors: ['not-found'],
} as const;

const listWebhookMessages = {
  method: 'GET',
  path: '/webhooks/:id/messages',
  who: 'operator',
  summary: 'Messages of an endpoint, newest first, 100 a page.',
  params: Params,
  query: Type.Object({
    cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$', description: 'of header next-cursor' })),
  }),
  reply: Type.Array(
    Type.Object({
      id: Type.Integer(),
      message_id: Type.String({ description: 'header webhook-id' }),
      type: EventName,
      created_at: Moment,
      delivered_at: Nullable(Moment),
      tries: Type.Integer(),
      last_failure: Nullable(Type.String()),
      payload: Type.String({ description: 'the body, byte for byte' }),
    }),
  ),
  errors: ['not-found'],
} as const;

const redeliverWebhookMessage = {
  method: 'POST',
  path: '/webhooks/messages/:id/redeliver',
  who: 'operator',
  summary: 'Delivers a message once more, under its own id, before those that wait.',
  params: Params,
  reply: Done,
  errors: ['not-found'],
} as const;

export const WEBHOOK_CALLS = {
  addWebhook,
  listWebhooks,
  removeWebhook,
  rotateWebhookSecret,
  listWebhookMessages,
  redeliverWebhookMessage,
};
