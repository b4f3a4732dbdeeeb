/**
 * Maps that a plain object cannot hold: integer keys stay apart from text keys, `__proto__` is a key like any other.
 */
import { CborMap, CborValue } from './types';

declare const Map: (new () => CborMap) | undefined;

interface PairMap extends CborMap {
  keys: (string | number)[];
  values: CborValue[];
}

/** The stand-in for a built-in Map: pairs in the order they were set. Its methods are shared, not made for each map. */
function Pairs(this: PairMap): void {
  this.size = 0;
  this.keys = [];
  this.values = [];
}

function pairsGet(this: PairMap, key: string | number): CborValue {
  const at = this.keys.indexOf(key);
  return at < 0 ? undefined : this.values[at];
}

function pairsSet(this: PairMap, key: string | number, value: CborValue): unknown {
  const found = this.keys.indexOf(key);
  const at = found < 0 ? this.size++ : found;
  this.keys[at] = key;
  this.values[at] = value;
  return this;
}

function pairsForEach(this: PairMap, visit: (value: CborValue, key: string | number) => void): void {
  for (let i = 0; i < this.size; i++) visit(this.values[i], this.keys[i]);
}

/** An empty CborMap. */
export function cborMap(): CborMap {
  if (typeof Map !== 'undefined') return new Map();
  const map = new (Pairs as unknown as new () => PairMap)();
  map.get = pairsGet;
  map.set = pairsSet;
  map.forEach = pairsForEach;
  return map;
}

/** True for what `cborMap` makes, and for any built-in Map. */
export function isCborMap(value: object): value is CborMap {
  const map = value as CborMap;
  return typeof map.size === 'number' && typeof map.forEach === 'function' && typeof map.get === 'function';
}
