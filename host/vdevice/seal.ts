// Secrets at rest: AES-256-GCM under a key in a file of its own (mode 600), so that a copy of the state file alone is
// worth nothing. Whoever can read both as V's user has V: the machine's own protection is what remains.

import { createCipheriv, createDecipheriv } from 'node:crypto';
import { existsSync, fsyncSync, openSync, closeSync, readFileSync, writeSync } from 'node:fs';
import { fail } from '../../protocol/errors';

const KEY_BYTES = 32;
const GCM_IV_BYTES = 12;
const GCM_TAG_BYTES = 16;

export interface Sealer {
  /** Any JSON value to text. `label` binds it to its place. */
  seal(label: string, value: unknown): string;
  /** Throws `seal-broken` when altered, moved to another place, or sealed under another key file. */
  open(label: string, text: string): unknown;
}

/** Reads the key file, makes it when absent. Throws `seal-key`. */
export function openSealer(keyFile: string, random: (lenBytes: number) => Uint8Array): Sealer {
  if (!existsSync(keyFile)) writeNew(keyFile, random(KEY_BYTES));
  const key = readFileSync(keyFile);
  if (key.length !== KEY_BYTES) throw fail('seal-key', keyFile + ' has not 32 bytes');
  return {
    seal(label, value) {
      const iv = random(GCM_IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(label));
      const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64');
    },
    open(label, text) {
      const raw = Buffer.from(text, 'base64');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, raw.subarray(0, GCM_IV_BYTES)).setAAD(Buffer.from(label));
        decipher.setAuthTag(raw.subarray(GCM_IV_BYTES, GCM_IV_BYTES + GCM_TAG_BYTES));
        const body = Buffer.concat([decipher.update(raw.subarray(GCM_IV_BYTES + GCM_TAG_BYTES)), decipher.final()]);
        return JSON.parse(body.toString('utf8'));
      } catch {
        throw fail('seal-broken', label + ' was altered or sealed under another key file');
      }
    },
  };
}

/** Hex both ways, for keys inside a sealed value. */
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

function writeNew(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
