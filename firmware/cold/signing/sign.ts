/**
 * SIGN_RESULT: the signatures of a recorded payment, RESULT_SIGS_MAX a reply. What is signed is hashed from the draft
 * and compared with what was recorded (tx/hash.ts). Spec: BIP143 (p2wpkh), the original signature hash (p2pkh), RFC
 * 6979.
 */
import { ecdsaSign, wipe, p2pkhScript } from '../../crypto/index';
import type { Cold } from '../cold';
import { PHASE_RECORDED, type Signing } from './signing';
import { hotNode, accountKeys, hotKeyHash } from '../secrets/account-keys';
import { INPUT_CHAIN, inputIndex, readInput } from './tx/draft';
import { CHAIN_CHANGE, REFUSE_BAD_STATE, RESULT_SIGS_MAX } from '../../../protocol/wire';
import { NODE_HOT_1, NODE_HOT_0, leafKey, wipeNode } from '../secrets/hierarchy';
import type { CborValue } from '../../../protocol/cbor/types';
import { refusal, type Reply, type Refuse } from '../link/refusal';
import { requireSigning, runSteps } from './current';
import { segwitHash, startPass, stepPass, endPass, type Pass } from './tx/hash';
import { aSignResult } from '../../../protocol/link/messages';

/** Signature of a hash by the key of an input, 64 bytes, low s. */
function signHash(cold: Cold, signing: Signing, input: Uint8Array, hash32: Uint8Array): Uint8Array {
  const hot = hotNode(cold, signing.account);
  const node = input[INPUT_CHAIN] === CHAIN_CHANGE ? NODE_HOT_1 : NODE_HOT_0;
  const priv = leafKey(hot, accountKeys(cold, signing.account), node, inputIndex(input));
  wipeNode(hot);
  const sig = ecdsaSign(hash32, priv);
  wipe(priv);
  return sig;
}

/** Replies [signatures], of the inputs from `first` on. */
export function signResult(cold: Cold, fields: CborValue[], reply: Reply, refuse: Refuse): void {
  const signing = requireSigning(cold, PHASE_RECORDED);
  const m = aSignResult(fields);
  const draft = signing.draft;
  if (m.first >= draft.nInputs) throw refusal(REFUSE_BAD_STATE, 'bad-state');
  const sigs: Uint8Array[] = [];
  let pass: Pass | undefined;
  let hash: Uint8Array | undefined;
  runSteps(cold, signing, PHASE_RECORDED, refuse, function () {
    const input = readInput(draft, m.first + sigs.length);
    // What is signed, and its signature: a step each.
    if (hash) {
      sigs.push(signHash(cold, signing, input, hash));
      hash = undefined;
      if (sigs.length < RESULT_SIGS_MAX && m.first + sigs.length < draft.nInputs) return true;
      reply([sigs]);
      return false;
    }
    if (!pass) {
      const hash20 = hotKeyHash(cold, signing.account, input[INPUT_CHAIN], inputIndex(input));
      if (draft.digests) {
        hash = segwitHash(draft, input, hash20);
        return true;
      }
      pass = startPass(draft, m.first + sigs.length, p2pkhScript(hash20));
    }
    if (stepPass(draft, pass)) return true;
    hash = endPass(draft, pass);
    pass = undefined;
    return true;
  });
}
