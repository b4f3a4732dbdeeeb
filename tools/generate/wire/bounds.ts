/** Bounds of fields: a number, a constant of the wire, or a sum of both as `INPUTS_MAX - 1`. */
import { fail } from '../../../protocol/errors';
import type { Bound } from '../../../protocol/wire/fields';
import { allNumbers } from './numbers';

const CONSTANT = /\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g;

/** The constants that a text of code or CDDL names, in order. */
export function constantsIn(text: string): string[] {
  return [...new Set(text.match(CONSTANT) ?? [])];
}

/** The value of a bound. Throws code `bad-bound` for a constant that is not declared, or another form. */
export function valueOf(bound: Bound): number {
  if (typeof bound === 'number') return bound;
  const [, name, sign, more] = /^([A-Z0-9_]+)(?: ([+-]) (\d+))?$/.exec(bound) ?? [];
  const value = allNumbers().get(name ?? '');
  if (value === undefined) throw fail('bad-bound', `"${bound}" is no constant of the wire`);
  return value + (sign === '-' ? -1 : 1) * Number(more ?? 0);
}

/** A bound in CDDL, which has no sums: the constant, or the number. */
export function cddlBound(bound: Bound): string {
  return typeof bound === 'string' && /[ ]/.test(bound) ? String(valueOf(bound)) : String(bound);
}
