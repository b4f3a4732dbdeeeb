// HTTP as the published app speaks it: token header, form bodies, JSON answers. Spec: docs/published-app.md 5,
// docs/http-api.md. Used by V for both its servers and by the website for the API. Never throws for an HTTP status;
// throws `http-network` when there was no answer. The calls themselves are named by who makes them.

import { openHttp } from '../kit/http';

export interface HttpAnswer {
  status: number;
  /** Parsed JSON; undefined when the body was empty or not JSON. */
  body: unknown;
  /** True when the body was neither empty nor JSON. */
  garbled: boolean;
}

export interface HttpClient {
  /** `path` begins with `/api/v1/…`. */
  get(path: string): Promise<HttpAnswer>;
  /** Null and undefined values are left out; the order of fields is kept. */
  postForm(path: string, form: Record<string, string | number | null | undefined>): Promise<HttpAnswer>;
  close(): void;
}

const FORM_TYPE = 'application/x-www-form-urlencoded; charset=UTF-8';

/**
 * `base`: http(s)://host:port with or without a path before `/api/v1`. `token` is secret and goes into the header only.
 * Throws `http-url`.
 */
export function httpClient(base: string, token: string): HttpClient {
  const root = base.replace(/\/+$/, '').replace(/\/api\/v1(\/open)?$/, '');
  const http = openHttp({ base: root, headers: { Token: token } });
  return {
    get: async (path) => answerOf(await http.request('GET', path)),
    async postForm(path, form) {
      const fields = new URLSearchParams();
      for (const [name, value] of Object.entries(form))
        if (value !== null && value !== undefined) fields.append(name, String(value));
      return answerOf(await http.request('POST', path, { type: FORM_TYPE, text: fields.toString() }));
    },
    close: () => http.close(),
  };
}

function answerOf({ status, text }: { status: number; text: string }): HttpAnswer {
  if (text.trim() === '') return { status, body: undefined, garbled: false };
  try {
    return { status, body: JSON.parse(text), garbled: false };
  } catch {
    return { status, body: undefined, garbled: true };
  }
}
