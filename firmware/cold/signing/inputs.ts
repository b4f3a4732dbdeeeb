/**
 * SIGN_INPUT and PREV_TX: each coin that the transaction spends, with the transaction that made it. That one's txid
 * must be the coin's, and the script it pays must be the one of the account's hot key that the API names. The coin's
 * amount is read here and believed from nobody.
 */
import { constantTimeEqual } from '../../crypto/index';
import type { Cold } from '../cold';
import type { CborValue } from '../../../protocol/cbor/types';
import { refusal, countedRefusal, type Reply, type Refuse } from '../link/refusal';
import { requireSigning, endSigning, runSteps } from './current';
import { PHASE_INPUTS, PHASE_PREV_TX } from './signing';
import { REFUSE_BAD_STATE, REFUSE_BAD_INPUT, REFUSE_BAD_PREV_TX } from '../../../protocol/wire';
import { makeInput, scriptOf, finishInput } from './tx/draft';
import type { CodedError } from '../../../protocol/errors';
import { readPrevTx, feedPrevTx, prevTxId } from './tx/prev-tx';
import { hotKeyHash } from '../secrets/account-keys';
import { aSignInput, aPrevTx } from '../../../protocol/link/messages';

/**
 * Sequence numbers from here on leave a transaction final or replaceable; lower ones may lock it in time. Spec: BIP68.
 */
const SEQUENCE_MIN = 0xfffffffd;

/** Announces the next input. */
export function signInput(cold: Cold, fields: CborValue[], reply: Reply): void {
  const signing = requireSigning(cold, PHASE_INPUTS);
  const m = aSignInput(fields);
  const draft = signing.draft;
  if (m.i !== draft.done || m.i >= draft.nInputs) throw refusal(REFUSE_BAD_STATE, 'bad-state');
  if (m.sequence < SEQUENCE_MIN) throw endSigning(cold, signing, REFUSE_BAD_INPUT, 'bad-sequence');
  let record: Uint8Array;
  try {
    record = makeInput(draft, m);
  } catch (error) {
    if ((error as CodedError).code !== 'bad-input') throw error;
    throw endSigning(cold, signing, REFUSE_BAD_INPUT, 'same-coin-twice');
  }
  signing.coin = { input: m, record: record, reader: readPrevTx(m.prevTxLen, m.vout) };
  signing.phase = PHASE_PREV_TX;
  reply([]);
}

/**
 * Takes the next piece of the announced input's previous transaction; after the last one the coin is compared with the
 * account's key.
 */
export function prevTx(cold: Cold, fields: CborValue[], reply: Reply, refuse: Refuse): void {
  const signing = requireSigning(cold, PHASE_PREV_TX);
  const m = aPrevTx(fields);
  const coin = signing.coin!;
  const input = coin.input;
  const reader = coin.reader;
  if (m.i !== input.i || m.offset !== input.prevTxLen - reader.leftBytes) throw refusal(REFUSE_BAD_STATE, 'bad-state');
  let txid: Uint8Array;
  try {
    feedPrevTx(reader, m.bytes);
    if (reader.leftBytes) return reply([]);
    txid = prevTxId(reader);
  } catch (error) {
    throw endSigning(cold, signing, REFUSE_BAD_PREV_TX, 'bad-prev-tx');
  }
  if (!constantTimeEqual(txid, input.prevTxid)) throw endSigning(cold, signing, REFUSE_BAD_PREV_TX, 'prev-tx-hash');
  runSteps(cold, signing, PHASE_INPUTS, refuse, function () {
    const own = scriptOf(signing.draft.script, hotKeyHash(cold, signing.account, input.chain, input.index));
    if (!constantTimeEqual(own, reader.script)) throw countedRefusal(signing.account, REFUSE_BAD_INPUT, 'not-own-coin');
    finishInput(signing.draft, coin.record, reader.sats);
    signing.coin = undefined;
    reply([]);
    return false;
  });
}
