// Form bodies as the published clients send them (application/x-www-form-urlencoded, UTF-8).

import { apiFail } from './errors';

const MAX_FIELDS = 32;

export type Form = Record<string, string | undefined>;

/** Reads a form. Throws `bad-parameter` for a field that comes twice: which one V signed could not be told. */
export function parseForm(body: string): Form {
  const form: Form = Object.create(null) as Form;
  let fields = 0;
  for (const [name, value] of new URLSearchParams(body)) {
    if (++fields > MAX_FIELDS) throw apiFail('bad-parameter', `expected at most ${MAX_FIELDS} form fields`);
    if (name in form) throw apiFail('bad-parameter', `form field ${name.slice(0, 40)} was given twice`);
    form[name] = value;
  }
  return form;
}

/** A form that came as JSON: the same fields, texts or integers. Throws `bad-parameter` for anything else. */
export function aForm(body: unknown): Form {
  if (body === undefined || body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body)) throw apiFail('bad-parameter', 'expected a form');
  const form: Form = Object.create(null) as Form;
  for (const [name, value] of Object.entries(body)) {
    if (value === null) continue;
    if (typeof value !== 'string' && !Number.isSafeInteger(value))
      throw apiFail('bad-parameter', `${name.slice(0, 40)} expected text or an integer`);
    form[name] = String(value);
  }
  return form;
}
