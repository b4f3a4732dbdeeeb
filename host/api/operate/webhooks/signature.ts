// Secrets and signatures of webhooks. Spec: Standard Webhooks 1.0.0, "Signature scheme", symmetric.

import { createHmac } from 'node:crypto';

const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = 24;

export function newSecret(random: (lenBytes: number) => Uint8Array): string {
  return SECRET_PREFIX + Buffer.from(random(SECRET_BYTES)).toString('base64');
}

export interface SignedParts {
  /** Header `webhook-id`: the same at each try. */
  id: string;
  /** Header `webhook-timestamp`: seconds since 1970 of this try. */
  timestampS: number;
  /** The body, byte for byte. */
  payload: string;
}

/** One signature a secret, as header `webhook-signature` has them. */
export function signatureHeader(secrets: readonly string[], { id, timestampS, payload }: SignedParts): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
      return 'v1,' + createHmac('sha256', key).update(`${id}.${timestampS}.${payload}`).digest('base64');
    })
    .join(' ');
}
