/** Floats in their shortest form that keeps the value (RFC 8949 4.2.1): half, single or double. One NaN: 0x7e00. */

const HALF_NAN = 0x7e00;

// Floats are rare: the view is made for each, so that a board holds none.
function newView(): DataView {
  return new DataView(new ArrayBuffer(8));
}

/** The 16 bits of `value` as a half, or -1 when a half cannot hold it. */
function halfBits(view: DataView, value: number): number {
  view.setFloat32(0, value);
  if (view.getFloat32(0) !== value) return value === value ? -1 : HALF_NAN;
  const single = view.getUint32(0);
  const sign = (single >>> 16) & 0x8000;
  const exponent = ((single >>> 23) & 0xff) - 127;
  const mantissa = single & 0x7fffff;
  if (exponent === -127) return mantissa ? -1 : sign;
  if (exponent === 128) return sign | 0x7c00;
  if (exponent > 15 || exponent < -24) return -1;
  if (exponent >= -14) return mantissa & 0x1fff ? -1 : sign | ((exponent + 15) << 10) | (mantissa >>> 13);
  const shift = -1 - exponent;
  const whole = mantissa | 0x800000;
  return whole & ((1 << shift) - 1) ? -1 : sign | (whole >>> shift);
}

/** Octets that a float needs: 2, 4 or 8. */
export function floatBytes(value: number): number {
  const view = newView();
  if (halfBits(view, value) >= 0) return 2;
  view.setFloat32(0, value);
  return view.getFloat32(0) === value ? 4 : 8;
}

/** Writes `value` at `offset`, big endian, in `count` octets as `floatBytes` gave them. */
export function putFloat(out: Uint8Array, offset: number, value: number, count: number): void {
  const view = newView();
  if (count === 2) view.setUint16(0, halfBits(view, value));
  else if (count === 4) view.setFloat32(0, value);
  else view.setFloat64(0, value);
  for (let i = 0; i < count; i++) out[offset + i] = view.getUint8(i);
}

function ofHalf(view: DataView, bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 31) view.setUint32(0, mantissa ? 0x7fc00000 : 0x7f800000);
  else if (exponent) view.setUint32(0, ((exponent + 112) << 23) | (mantissa << 13));
  else view.setFloat32(0, mantissa / 16777216);
  const size = view.getFloat32(0);
  return bits & 0x8000 ? -size : size;
}

/**
 * The float in `count` octets at `offset`; undefined for a NaN other than the one. Says nothing about the shortest
 * form.
 */
export function getFloat(bytes: Uint8Array, offset: number, count: number): number | undefined {
  const view = newView();
  for (let i = 0; i < count; i++) view.setUint8(i, bytes[offset + i]);
  if (count === 2) {
    const bits = view.getUint16(0);
    if ((bits & 0x7c00) === 0x7c00 && bits & 0x3ff && bits !== HALF_NAN) return undefined;
    return ofHalf(view, bits);
  }
  return count === 4 ? view.getFloat32(0) : view.getFloat64(0);
}
