// Inversion modulo p or n: Lehmer's form of Euclid's algorithm on digits of 24 bits, about 2,700 u.
// Not constant time: secret values are multiplied by a random factor first (blind.ts, prepareFactors of ecdsa.ts).
// u, v: the remainders, s, t: the absolute values of their cofactors of a, all 12 digits; a s = sign u (mod m).
// One round: the quotients of the top 48 bits of u and v are those of u and v themselves as long as
//   z >= T and y - z >= T + D   (Jebelean's form of Collins' condition; z the new remainder, T its cofactor, D that of
//   y).
//   A cofactor times the remainder before it is at most the first x, below 2^48, so with T <= z < y it is T < 2^24.
//   When all of u fits 48 bits the quotients are exact, and only T <= 2^24 is asked.
// Exact in doubles: coefficients <= 2^24 and digits < 2^24, so a digit of a combination is below 2 * 2^48 and its carry
// below 2^26; products of quotients with 48-bit leading parts are at most the part that they are taken from. A round
// without progress (a quotient that does not fit) subtracts q v 2^(24 z), q taken a hundred-millionth too low: three
// leading digits give 48 good bits, so the remainder cannot turn negative; z is the largest for which q >= 1, so q <
// 2^24.
import { MEMORY, REGISTERS } from './field';
import { Digits, combineWords, getDigits, isNative, setDigits } from '../native/standin';
import { sum256 } from './words';

const DIGIT = 16777216;
const MASK = 16777215;

// (u, v) = (a u + b v, c u + d v), n digits. Arrays of digits keep 24 bits of what is put into them; words need a
// mask.
const combine = isNative
  ? function combine(u: Uint32Array, v: Uint32Array, a: number, b: number, c: number, d: number, n: number): void {
      const w = DIGIT;
      const m = MASK;
      let e = 0;
      let f = 0;
      let x = 0;
      let y = 0;
      for (let i = 0; i < n; i++) {
        x = u[i];
        y = v[i];
        e += a * x + b * y;
        u[i] = e;
        e = (e - (e & m)) / w;
        f += c * x + d * y;
        v[i] = f;
        f = (f - (f & m)) / w;
      }
    }
  : combineWords;

// u += q v 2^(24 z)
function addShifted(u: Uint32Array, v: Uint32Array, q: number, z: number): void {
  let e = 0;
  let y = 0;
  for (let i = 0; i + z < 12; i++) {
    e += u[i + z] + q * v[i];
    y = e & MASK;
    u[i + z] = y;
    e = (e - y) / DIGIT;
  }
}

/** r = a^-1 mod m, for 0 < a < m with m an odd prime (p or n) and a reduced. r may be a. */
export function invert(r: Uint32Array, a: Uint32Array, m: Uint32Array): void {
  const w = DIGIT;
  const floor = Math.floor;
  let x = 0;
  let y = 0;
  let q = 0;
  let z = 0;
  let t2 = 0;
  let A = 1;
  let B = 0;
  let C = 0;
  let D = 1;
  // a register and a half each
  const at = 256 + 32 * (REGISTERS - 6);
  let u = new Digits(MEMORY, at, 12);
  let v = new Digits(MEMORY, at + 48, 12);
  let s = new Digits(MEMORY, at + 96, 12);
  let t = new Digits(MEMORY, at + 144, 12);
  let sign = 1;
  let k = 11;
  let l = 1;
  let i = 0;
  let swap = u;
  setDigits(u, m);
  setDigits(v, a);
  s.fill(0);
  t.fill(0);
  t[0] = 1;
  for (;;) {
    while (k && !u[k]) k--;
    i = k;
    while (i && !v[i]) i--;
    if (!i && !v[0]) break;
    x = u[k];
    z = 1;
    while (x < 8388608) {
      x *= 2;
      z *= 2;
    }
    x = x * w + (k ? u[k - 1] * z : 0) + (k > 1 ? floor((u[k - 2] * z) / w) : 0);
    y = v[k] * z * w + (k ? v[k - 1] * z : 0) + (k > 1 ? floor((v[k - 2] * z) / w) : 0);
    A = 1;
    B = 0;
    C = 0;
    D = 1;
    // Two steps a turn, so that nothing has to change places: x = A u - B v, y = D v - C u, whichever is smaller now.
    if (k < 2)
      while (y) {
        q = floor(x / y);
        z = B + q * D;
        if (z > w) break;
        x -= q * y;
        B = z;
        A += q * C;
        if (!x) break;
        q = floor(y / x);
        z = D + q * B;
        if (z > w) break;
        y -= q * x;
        D = z;
        C += q * A;
      }
    else
      while (y) {
        q = floor(x / y);
        z = x - q * y;
        t2 = B + q * D;
        if (z < t2 || y - z < t2 + D) break;
        x = z;
        B = t2;
        A += q * C;
        q = floor(y / x);
        z = y - q * x;
        t2 = D + q * B;
        if (z < t2 || x - z < t2 + B) break;
        y = z;
        D = t2;
        C += q * A;
      }
    if (B) {
      if (x > y) {
        combine(u, v, A, -B, -C, D, k + 1);
        combine(s, t, A, B, C, D, l < 10 ? l + 2 : 12);
      } else {
        combine(u, v, -C, D, A, -B, k + 1);
        combine(s, t, C, D, A, B, l < 10 ? l + 2 : 12);
        sign = -sign;
      }
      while (l < 11 && (s[l] || t[l])) l++;
    } else {
      x = u[k] * w * w + (k ? u[k - 1] * w : 0) + (k > 1 ? u[k - 2] : 0);
      y = v[i] * w * w + (i ? v[i - 1] * w : 0) + (i > 1 ? v[i - 2] : 0);
      q = (x / y) * 0.99999999;
      z = k - i;
      while (z && q < 1) {
        q *= w;
        z--;
      }
      q = floor(q) || 1;
      addShifted(u, v, -q, z);
      addShifted(s, t, q, z);
      for (i = 11; i && u[i] === v[i];) i--;
      if (u[i] < v[i]) {
        swap = u;
        u = v;
        v = swap;
        swap = s;
        s = t;
        t = swap;
        sign = -sign;
      }
      k = l = 11;
    }
  }
  getDigits(r, s);
  if (sign > 0) sum256(r, m, r, -1);
  u.fill(0);
  v.fill(0);
  s.fill(0);
  t.fill(0);
}
