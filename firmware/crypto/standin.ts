// The two native calls of Espruino that the arithmetic stands on, as exact ES5: for Node, Duktape, and any other engine.
// Same semantics as src/jswrap_espruino.c of 2v29 for the operands used here (typed arrays; bits of one or eight).
// Leaves to others: which of the two is used (field.ts takes E's own when there is one).

/** Sum of a[i] * b[(i + offset) mod b.length]. Exact as long as every partial sum is an integer below 2^53. */
export function convolveEs5(a: ArrayLike<number>, b: ArrayLike<number>, offset: number): number {
  let sum = 0;
  let j = offset;
  const n = b.length;
  for (let i = 0; i < a.length; i++) {
    sum += a[i] * b[j++];
    if (j === n) j = 0;
  }
  return sum;
}

/** to[i] = table[from[i]], or without a table the elements of `from`; bits = -1 takes single bits, least significant first. */
export function mapInPlaceEs5(from: Uint8Array, to: Uint8Array, table?: ArrayLike<number>, bits?: number): void {
  let n = from.length;
  if (bits === -1) {
    n *= 8;
    for (let i = 0; i < n && i < to.length; i++) to[i] = (from[i >> 3] >> (i & 7)) & 1;
    return;
  }
  if (n > to.length) n = to.length;
  for (let i = 0; i < n; i++) to[i] = table ? table[from[i]] : from[i];
}

function fillEs5(this: number[], value: number): number[] {
  for (let i = 0; i < this.length; i++) this[i] = value;
  return this;
}

function reverseEs5(this: number[]): number[] {
  for (let i = 0, j = this.length - 1; i < j; i++, j--) {
    const x = this[i];
    this[i] = this[j];
    this[j] = x;
  }
  return this;
}

// ES5 engines whose typed arrays lack fill and reverse (Duktape 2) get them; Espruino and Node have their own.
function complete(type: { new (n: number): any; prototype: any }): void {
  const sample = new type(1);
  if (!sample.fill) type.prototype.fill = fillEs5;
  if (!sample.reverse) type.prototype.reverse = reverseEs5;
}
complete(Uint8Array);
complete(Uint32Array);
complete(Int32Array);
