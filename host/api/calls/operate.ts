// What watches the API: health for whoever restarts or balances it, metrics for Prometheus, and its own documents.

import { Type, type Static } from '@sinclair/typebox';
import { Nullable, type CallGroup } from './call';
import { Moment } from './shapes';

const live = {
  method: 'GET',
  path: '/health/live',
  who: 'anybody',
  summary: 'The process answers. Restart it when this one does not.',
  reply: Type.Object({ live: Type.Literal(true), since: Moment }),
} as const;

const Late = Type.Object({
  name: Type.String({ description: 'a duty, or database' }),
  since: Moment,
  code: Nullable(Type.String({ description: 'of its last failure' })),
  what: Type.String(),
  when_late: Type.String({ description: 'what customers notice' }),
});

export const ReadyReply = Type.Object({ ready: Type.Literal(true), late: Type.Array(Late, { maxItems: 0 }) });
export const NotReadyReply = Type.Object({
  code: Type.Integer(),
  message: Type.String(),
  ready: Type.Literal(false),
  late: Type.Array(Late),
});

const ready = {
  method: 'GET',
  path: '/health/ready',
  who: 'anybody',
  summary: 'All duties are in time. 503 says which are late and since when; send customers elsewhere meanwhile.',
  reply: ReadyReply,
  errors: ['not-ready'],
} as const;

const metrics = {
  method: 'GET',
  path: '/metrics',
  who: 'metrics',
  summary: 'Metrics in the text format of Prometheus. Also with `authorization: Bearer TOKEN`.',
  reply: Type.String({ description: 'metrics' }),
  produces: 'text/plain; version=0.0.4; charset=utf-8',
} as const;

const openApi = {
  method: 'GET',
  path: '/openapi.json',
  who: 'anybody',
  summary: 'This API as OpenAPI 3.1.',
  reply: Type.Unknown({ description: 'OpenAPI 3.1' }),
} as const;

const docs = {
  method: 'GET',
  path: '/docs',
  who: 'anybody',
  summary: 'The same for people.',
  reply: Type.String({ description: 'a page' }),
  produces: 'text/html; charset=utf-8',
} as const;

export const OPERATE_CALLS = { live, ready, metrics, openApi, docs };

export const OPERATE: CallGroup = {
  title: 'Health, metrics, documents',
  bases: [''],
  calls: OPERATE_CALLS,
};

export type LateDuty = Static<typeof Late>;
