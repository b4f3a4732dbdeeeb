/**
 * Maps that a plain object cannot hold: integer keys stay apart from text keys, `__proto__` is a key like any other.
 */
import { CborMap, CborValue } from './types';

declare const Map: any;

/** The stand-in for a built-in Map: pairs in the order they were set. Its methods are shared, not made for each map. */
function Pairs(this: any): void {
  this.size = 0;
  this.keys = [];
  this.values = [];
}

function pairsGet(this: any, key: string | number): CborValue {
  const at = this.keys.indexOf(key);
  return at < 0 ? undefined : this.values[at];
}

function pairsSet(this: any, key: string | number, value: CborValue): unknown {
  const found = this.keys.indexOf(key);
  const at = found < 0 ? this.size++ : found;
  this.keys[at] = key;
  this.values[at] = value;
  return this;
}

function pairsForEach(this: any, visit: (value: CborValue, key: string | number) => void): void {
  for (let i = 0; i < this.size; i++) visit(this.values[i], this.keys[i]);
}

/** An empty CborMap. */
export function cborMap(): CborMap {
  if (typeof Map !== 'undefined') return new Map();
  const map = new (Pairs as any)();
  map.get = pairsGet;
  map.set = pairsSet;
  map.forEach = pairsForEach;
  return map;
}

/** True for what `cborMap` makes, and for any built-in Map. */
export function isCborMap(value: any): boolean {
  return typeof value.size === 'number' && typeof value.forEach === 'function' && typeof value.get === 'function';
}
