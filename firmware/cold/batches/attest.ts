/**
 * ATTEST over the link: a batch's digest, signed with the account's identity key. Spec: SPEC.md 5.2.
 */
import { ecdsaSign, wipe } from '../../crypto/index';
import type { Cold } from '../cold';
import type { CborValue } from '../../../protocol/cbor/types';
import type { Reply, Refuse } from '../link/refusal';
import { requireReady, requireOpenAccount } from '../state/accounts';
import { batchDigestOf, countBatches } from './cache';
import { wantBatch } from './queue';
import { batchKey } from './batch';
import { REFUSE_NOT_READY } from '../../../protocol/wire';
import { schedule } from '../scheduler';
import { identityPriv } from '../secrets/account-keys';
import { aAttest } from '../../../protocol/link/messages';
import { attestationHash } from '../../../protocol/request/authority';

export const WANTED_LINK_MAX = 4;
export const BATCHES_AHEAD = 2;

/**
 * Replies [digest, signature] of a batch, or refuses `not-ready`. The link's requests carry no authority of V's: they
 * are derived after V's, and only next to what is derived, so that a hacked API can neither push V's out nor fill the
 * Storage.
 */
export function attest(cold: Cold, fields: CborValue[], reply: Reply, refuse: Refuse): void {
  requireReady(cold);
  const m = aAttest(fields);
  requireOpenAccount(cold, m.account);
  const digest = batchDigestOf(cold, m.account, m.side, m.batchNo);
  if (!digest) {
    const isNear = m.batchNo < countBatches(cold, m.account, m.side) + BATCHES_AHEAD;
    if (isNear && cold.batches.wanted.length < WANTED_LINK_MAX)
      wantBatch(cold, batchKey(m.account, m.side, m.batchNo), false);
    return refuse(REFUSE_NOT_READY, 'not-ready');
  }
  schedule(cold, {
    isIdle: false,
    step: function () {
      const priv = identityPriv(cold, m.account);
      const sig = ecdsaSign(attestationHash(cold.crypto, digest), priv);
      wipe(priv);
      reply([digest, sig]);
      return false;
    },
    failed: function () {
      refuse(REFUSE_NOT_READY, 'not-ready');
    },
  });
}
