// What a call of the HTTP API is: one declaration, from which come the route and its validation (http/register.ts), the
// documents (tools/generate/http), the types of its handler and of its callers (client.ts).

import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import type { ApiErrorName } from '../http/errors';

/**
 * The platform's own tokens. `admin` enters accounts and makes tokens, and may all that `operator`, `metrics` and
 * `backup` may. `operator` runs the platform day by day, and may read what `metrics` may.
 */
export type Role = 'gateway' | 'admin' | 'operator' | 'metrics' | 'backup';

/** Whose token a call takes: an account's (either side, or one), one of the platform's, none. */
export type Who = 'anybody' | 'open' | 'hot' | 'cold' | Role;

export interface Call {
  method: 'GET' | 'POST';
  /** Below the group's base, parameters as `:name`. */
  path: string;
  who: Who;
  /** One line for the documents. */
  summary: string;
  params?: TObject;
  query?: TObject;
  /** Of a form; a JSON object with the same fields is taken too. */
  form?: TObject;
  /** JSON. */
  body?: TSchema;
  /** Of status 200. Not validated at run time: the tests do that. */
  reply: TSchema;
  /** Beside those that its token and its kind bring (operate/openapi.ts). */
  errors?: readonly ApiErrorName[];
  /** Media type of the reply where it is no JSON. */
  produces?: string;
  /** Of the rate limit; 1 when absent. */
  cost?: number;
  bodyMaxBytes?: number;
}

type Part<S> = S extends TSchema ? S['static'] : Record<string, never>;

/** The values of a call's parts, as its handler gets them and its caller gives them. */
export type ParamsOf<C extends Call> = Part<C['params']>;
export type QueryOf<C extends Call> = Part<C['query']>;
export type FormOf<C extends Call> = Part<C['form']>;
export type BodyOf<C extends Call> = Part<C['body']>;
export type ReplyOf<C extends Call> = C['reply']['static'];

/** Calls under one base, by operation id. */
export interface CallGroup {
  title: string;
  /** Every path stands under each of them. */
  bases: readonly string[];
  calls: Record<string, Call>;
}

/** A decimal integer as text, without sign and leading zeros. The keyword `decimal` is http/server.ts's. */
export function Decimal(min: number, max: number, description?: string) {
  return Type.String({ decimal: [min, max], ...(description === undefined ? {} : { description }) });
}

/** A query field that may be absent or empty. */
export function Maybe<S extends TSchema>(schema: S) {
  return Type.Optional(Type.Union([schema, Type.Literal('')]));
}

export function Nullable<S extends TSchema>(schema: S) {
  return Type.Union([schema, Type.Null()]);
}
