/**
 * The baseline of the crypto figures: the same curve the plain way, 16 digits of 16 bits in loops, as a port of any
 * textbook would be. ES5 text, run in the same interpreter in the same run. Only one product, one doubling and one
 * mixed addition are timed; whole operations are counted in them (a multiplication by a scalar: 256 doublings, 128
 * additions).
 */
export const REFERENCE = `
function refMul(r, a, b) {
  var t = new Float64Array(33), i, j, c, x;
  for (i = 0; i < 16; i++) for (j = 0; j < 16; j++) t[i + j] += a[i] * b[j];
  for (i = 0, c = 0; i < 32; i++) { x = t[i] + c; c = Math.floor(x / 65536); t[i] = x - c * 65536; }
  t[32] = c;
  for (i = 0, c = 0; i < 16; i++) {
    x = t[i] + 977 * t[i + 16] + (i > 1 ? t[i + 14] : 0) + c;
    c = Math.floor(x / 65536);
    r[i] = x - c * 65536;
  }
  c += t[30] + 65536 * t[31];
  while (c) {
    x = r[0] + 977 * c;
    for (i = 0; i < 16; i++) {
      if (i === 2) x += c;
      c = i < 2 ? c : 0;
      r[i] = x % 65536;
      x = Math.floor(x / 65536) + (i < 15 ? r[i + 1] : 0);
    }
    c = x;
  }
}
function refSub(r, a, b) {
  var i, x, c = 0;
  for (i = 0; i < 16; i++) {
    x = a[i] - b[i] + c + (i === 0 ? 129118 : i === 1 ? 131070 : i === 2 ? 131068 : 131070);
    c = Math.floor(x / 65536);
    r[i] = x - c * 65536;
  }
  while (c) {
    x = r[0] + 977 * c;
    for (i = 0; i < 16; i++) {
      if (i === 2) x += c;
      c = i < 2 ? c : 0;
      r[i] = x % 65536;
      x = Math.floor(x / 65536) + (i < 15 ? r[i + 1] : 0);
    }
    c = x;
  }
}
function refElement() { return new Float64Array(16); }
var refX = refElement(), refY = refElement(), refZ = refElement(), refX2 = refElement(), refY2 = refElement();
function refDouble() {
  var a = refElement(), b = refElement(), c = refElement(), d = refElement(), e = refElement(), f = refElement();
  refMul(a, refX, refX); refMul(b, refY, refY); refMul(c, b, b);
  refMul(d, refX, b); refSub(e, a, refElement()); refSub(f, refElement(), a); refSub(e, e, f); refSub(e, e, f);
  refSub(f, refElement(), d); refSub(d, d, f); refSub(f, refElement(), d); refSub(d, d, f);
  refMul(f, e, e); refMul(refZ, refY, refZ); refSub(a, refElement(), refZ); refSub(refZ, refZ, a);
  refSub(f, f, d); refSub(refX, f, d); refSub(d, d, refX); refMul(d, e, d);
  refSub(a, refElement(), c); refSub(c, c, a);
  refSub(a, refElement(), c); refSub(c, c, a);
  refSub(a, refElement(), c); refSub(c, c, a);
  refSub(refY, d, c);
}
function refAdd() {
  var a = refElement(), b = refElement(), c = refElement(), d = refElement(), e = refElement();
  refMul(a, refZ, refZ); refMul(b, refX2, a); refSub(b, b, refX);
  refMul(a, a, refZ); refMul(c, refY2, a); refSub(c, c, refY);
  refMul(refZ, refZ, b); refMul(a, b, b); refMul(d, a, b); refMul(a, refX, a);
  refMul(e, c, c); refSub(e, e, d); refSub(e, e, a);
  refSub(refX, e, a); refSub(a, a, refX); refMul(a, c, a); refMul(d, refY, d); refSub(refY, a, d);
}
`;

/** Doublings and additions of a multiplication by a scalar, double-and-add. */
export const REFERENCE_DOUBLINGS = 256;
export const REFERENCE_ADDITIONS = 128;
