/**
 * Emits dist/firmware/crypto.js (the device's cryptography as one ES5 CommonJS module), dist/firmware/comb.bin (the
 * table of multiples of the base point, Storage file `comb`) and dist/firmware/words.bin (BIP39's English list, Storage
 * file `words`).
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { BUILT_FIRMWARE } from '../../host/kit/package';
import { bundleEs5 } from './es5';
import { COMB_BLOCKS, computeComb } from '../../firmware/crypto/curve/comb-table';

/** comb.bin: 8 blocks of 128 points, x then y, little endian words: 65,536 bytes. */
export function combTable(): Buffer {
  return Buffer.concat(computeComb(COMB_BLOCKS).map((part) => Buffer.from(part)));
}

/** Five octets of a word: eight letters of five bits, a = 1, 0 after its end (firmware/cold/secrets/words-file.ts). */
function packWord(word: string): number[] {
  let value = 0;
  for (let i = 0; i < 8; i++) value = value * 32 + (i < word.length ? word.charCodeAt(i) - 96 : 0);
  return [4, 3, 2, 1, 0].map((n) => Math.floor(value / 256 ** n) % 256);
}

/** words.bin: 2,048 entries of 5 octets: 10,240 bytes. */
export async function wordTable(): Promise<Buffer> {
  const { wordlist } = await import('@scure/bip39/wordlists/english');
  return Buffer.from(wordlist.flatMap(packWord));
}

/** Builds all three; answers their sizes in bytes. */
export async function buildCrypto(): Promise<{ code: number; comb: number; words: number }> {
  const comb = combTable();
  const words = await wordTable();
  fs.mkdirSync(BUILT_FIRMWARE, { recursive: true });
  fs.writeFileSync(path.join(BUILT_FIRMWARE, 'comb.bin'), comb);
  fs.writeFileSync(path.join(BUILT_FIRMWARE, 'words.bin'), words);
  const { bytes } = await bundleEs5('firmware/crypto/index.ts', {
    format: 'cjs',
    minify: true,
    out: path.join(BUILT_FIRMWARE, 'crypto.js'),
  });
  return { code: bytes, comb: comb.length, words: words.length };
}

if (require.main === module) void buildCrypto().then((sizes) => console.log(JSON.stringify(sizes)));
