// Mnemonics (BIP39): words to entropy and back with the checksum, and the seed.
// The word list is the caller's: a string of 2,048 entries of 8 characters padded with spaces, or what has its length
// and substr (secrets/words-file.ts), so that an entry is found by its place and a word by halving.
// Text is bytes: NFKD, as the BIP asks, is the caller's for anything but ASCII.
import { fail } from '../../../protocol/errors';
import { pbkdf2Sha512 } from '../hash/hmac';
import { sha256 } from '../hash/sha256';

const ENTRY = 8;
const COUNT = 2048;
const ITERATIONS = 2048;

function aWordList(wordlist: string): void {
  if (wordlist.length !== COUNT * ENTRY)
    throw fail('crypto-mnemonic', 'the word list is 2,048 entries of 8 characters');
}

function wordAt(wordlist: string, index: number): string {
  const entry = wordlist.substr(index * ENTRY, ENTRY);
  const end = entry.indexOf(' ');
  return end < 0 ? entry : entry.substr(0, end);
}

function wordIndex(wordlist: string, word: string): number {
  let low = 0;
  let high = COUNT - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = wordAt(wordlist, middle);
    if (found === word) return middle;
    if (found < word) low = middle + 1;
    else high = middle - 1;
  }
  throw fail('crypto-mnemonic', 'a word is not in the list');
}

/** Entropy of 16, 20, 24, 28 or 32 bytes to 12..24 words with single spaces. Both are secret. */
export function mnemonicEncode(entropy: Uint8Array, wordlist: string): string {
  const n = entropy.length;
  aWordList(wordlist);
  if (n < 16 || n > 32 || n % 4) throw fail('crypto-length', 'entropy is 16 to 32 bytes in steps of 4');
  const all = new Uint8Array(n + 1);
  let text = '';
  all.set(entropy);
  all[n] = sha256(entropy)[0];
  for (let bit = 0; bit + 11 <= n * 8 + n / 4; bit += 11) {
    let index = 0;
    for (let i = bit; i < bit + 11; i++) index = (index << 1) | ((all[i >> 3] >> (7 - (i & 7))) & 1);
    text += (bit ? ' ' : '') + wordAt(wordlist, index);
  }
  all.fill(0);
  return text;
}

/** Words to entropy. Throws `crypto-mnemonic` (count, unknown word) and `crypto-checksum`. */
export function mnemonicDecode(mnemonic: string, wordlist: string): Uint8Array {
  const words = mnemonic.split(' ');
  const n = words.length;
  aWordList(wordlist);
  if (n < 12 || n > 24 || n % 3) throw fail('crypto-mnemonic', '12, 15, 18, 21 or 24 words are expected');
  const all = new Uint8Array(33);
  for (let w = 0; w < n; w++) {
    const index = wordIndex(wordlist, words[w]);
    for (let i = 0; i < 11; i++) {
      const bit = w * 11 + i;
      if ((index >> (10 - i)) & 1) all[bit >> 3] |= 128 >> (bit & 7);
    }
  }
  const lenBytes = (n / 3) * 4;
  const entropy = new Uint8Array(lenBytes);
  entropy.set(all.subarray(0, lenBytes));
  const check = all[lenBytes];
  all.fill(0);
  if ((sha256(entropy)[0] ^ check) & (0xff00 >> (lenBytes / 4)) & 0xff) {
    entropy.fill(0);
    throw fail('crypto-checksum', "the mnemonic's checksum does not match");
  }
  return entropy;
}

/** Seed of 64 bytes: PBKDF2-HMAC-SHA512, 2,048 rounds, salt "mnemonic" ‖ passphrase. Both arguments are bytes. */
export function bip39Seed(mnemonic: Uint8Array, passphrase: Uint8Array): Uint8Array {
  const salt = new Uint8Array(8 + passphrase.length);
  salt.set([109, 110, 101, 109, 111, 110, 105, 99]); // "mnemonic"
  salt.set(passphrase, 8);
  const seed = pbkdf2Sha512(mnemonic, salt, ITERATIONS, 64);
  salt.fill(0);
  return seed;
}
