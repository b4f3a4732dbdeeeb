// Checksum of an output descriptor (BIP380), so that what the board shows can be given to any wallet as it is.

const INPUT_CHARSET =
  '0123456789()[],\'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#"\\ ';
const CHECKSUM_CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0xf5dee51989n, 0xa9fdca3312n, 0x1bab10e32dn, 0x3706b1677an, 0x644d626ffdn];

function polymod(c: bigint, value: number): bigint {
  const top = c >> 35n;
  let next = ((c & 0x7ffffffffn) << 5n) ^ BigInt(value);
  GENERATOR.forEach((generator, i) => {
    if ((top >> BigInt(i)) & 1n) next ^= generator;
  });
  return next;
}

/** The descriptor with "#" and its eight characters. Throws RangeError for a character that descriptors do not have. */
export function withChecksum(descriptor: string): string {
  let c = 1n;
  let group = 0;
  let count = 0;
  for (const character of descriptor) {
    const at = INPUT_CHARSET.indexOf(character);
    if (at < 0) throw new RangeError(`a descriptor has no "${character}"`);
    c = polymod(c, at & 31);
    group = group * 3 + (at >> 5);
    if (++count === 3) {
      c = polymod(c, group);
      group = count = 0;
    }
  }
  if (count > 0) c = polymod(c, group);
  for (let i = 0; i < 8; i++) c = polymod(c, 0);
  c ^= 1n;
  let sum = '';
  for (let i = 0n; i < 8n; i++) sum += CHECKSUM_CHARSET[Number((c >> (5n * (7n - i))) & 31n)];
  return `${descriptor}#${sum}`;
}
