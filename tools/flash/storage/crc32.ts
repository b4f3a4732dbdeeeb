// CRC-32 as Espruino's E.CRC32 computes it (IEEE 802.3, reflected), for checking what a board has stored.

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** CRC-32 of bytes, 0..2^32-1. register: what it starts from. */
export function crc32(bytes: Uint8Array, register = 0xffffffff): number {
  let crc = register;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
