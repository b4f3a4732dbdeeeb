/** Checks of one decoded value: each returns it or throws code `bad-request`, naming the field. */
import { fail, type CodedError } from '../errors';
import type { CborValue } from './types';

/** Makes (does not throw) the error of a field that is not as expected. */
export function badField(field: string, expected: string): CodedError {
  return fail('bad-request', '"' + field + '" expected ' + expected);
}

/** Throws `bad-request` unless there are exactly `count` fields. */
export function aCount(fields: CborValue[], count: number): void {
  if (fields.length !== count) throw badField('fields', count + ' of them');
}

/** A whole number from `least` to `most`. Throws `bad-request`. */
export function aWhole(field: string, value: CborValue, least: number, most: number): number {
  if (typeof value !== 'number' || !(value >= least) || value > most || Math.floor(value) !== value)
    throw badField(field, least + '..' + most);
  return value;
}

/** Bytes, `least` to `most` of them. Throws `bad-request`. */
export function aBytes(field: string, value: CborValue, least: number, most: number): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length < least || value.length > most)
    throw badField(field, least + '..' + most + ' bytes');
  return value;
}

/**
 * Printable ASCII without `"` and `\`, 1 to `most` characters: what can be signed as text without being mistaken.
 * Throws `bad-request`.
 */
export function aText(field: string, value: CborValue, most: number): string {
  if (typeof value !== 'string' || !value.length || value.length > most || /[^ -~]/.test(value) || /["\\]/.test(value))
    throw badField(field, 'text of 1..' + most);
  return value;
}

/** An array of 1 to `most` octet strings of `lenBytes` each. Throws `bad-request`. */
export function aListOfBytes(field: string, value: CborValue, lenBytes: number, most: number): Uint8Array[] {
  if (!Array.isArray(value) || !value.length || value.length > most) throw badField(field, '1..' + most + ' of them');
  for (let i = 0; i < value.length; i++) aBytes(field, value[i], lenBytes, lenBytes);
  return value as Uint8Array[];
}

/** A message that carries no fields. Throws `bad-request`. */
export function aNoFields(fields: CborValue[]): void {
  aCount(fields, 0);
}
