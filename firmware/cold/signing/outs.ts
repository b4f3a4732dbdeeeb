/**
 * The outputs that the website asked for, read out of V's text as it comes in pieces: each is checked and written into
 * the draft at once. What does not hold is remembered, not thrown: the authority over the whole text is verified first
 * (authority.ts), so that a forged text closes the account whatever is in it. Spec: SPEC.md 5.2 (outs).
 */
import { sha256, addressToScript } from '../../crypto/index';
import { ADDRESS_MAX, OUTS_COUNT_MAX, AMOUNT_MAX_SATS } from '../../../protocol/wire';
import { putOutput, type TxDraft } from './tx/draft';
import type { OutsReader } from './signing';
import type { Cold } from '../cold';
import { accountRecordAt, type Account } from '../state/state';
import { R_ALLOW, isEqualAt } from '../../journal/records';
import { readRecord } from '../../journal/journal';
import { requireAccount } from '../state/accounts';
import { NO_BYTES } from '../../crypto/bytes';
import type { CodedError } from '../../../protocol/errors';
import { parseOuts } from '../../../protocol/request/outs';

/** Longest `address,sats`. */
const ITEM_MAX = ADDRESS_MAX + 17;
/** R_ALLOW is CBOR [account, [digest, ...]]: three bytes, then a head and a digest each. */
const ALLOW_HEAD_BYTES = 3;
const ALLOW_DIGEST_BYTES = 20;

/** Begins to read the outputs of a request to the account of this number. */
export function readOuts(account: number, draft: TxDraft): OutsReader {
  return { account: account, draft: draft, item: '', isBad: false };
}

/** Is the script on the account's allow-list? */
function isListed(cold: Cold, account: Account, script: Uint8Array): boolean {
  const at = accountRecordAt(cold.state, R_ALLOW, account.n);
  if (!at) return false;
  const list = readRecord(cold.journal!, at);
  const digest = sha256(script);
  for (let i = ALLOW_HEAD_BYTES + 1; i + ALLOW_DIGEST_BYTES <= list.length; i += ALLOW_DIGEST_BYTES + 1)
    if (isEqualAt(list, i, digest, ALLOW_DIGEST_BYTES)) return true;
  return false;
}

/** Checks an item and adds it to the draft. Throws `bad-outs`, what addresses and the scratch throw. */
function addItem(cold: Cold, reader: OutsReader): void {
  const draft = reader.draft;
  const account = requireAccount(cold, reader.account);
  let script: Uint8Array = NO_BYTES;
  const out = parseOuts(reader.item, account.network, function (address) {
    script = addressToScript(address, account.network);
    return true;
  })[0];
  if (draft.nOutputs >= OUTS_COUNT_MAX || draft.amountSats + out.sats > AMOUNT_MAX_SATS) {
    reader.isBad = true;
    return;
  }
  if (account.policy.allowList && !isListed(cold, account, script)) draft.isAllListed = false;
  putOutput(draft, out.sats, script);
  draft.amountSats += out.sats;
  if (draft.nOutputs === 1 || out.sats < draft.smallestSats) draft.smallestSats = out.sats;
}

/** Takes the next piece of the text. isLast: the text ends with it. */
export function feedOuts(cold: Cold, reader: OutsReader, text: string, isLast: boolean): void {
  let from = 0;
  while (!reader.isBad) {
    const end = text.indexOf(';', from);
    reader.item += end < 0 ? text.substring(from) : text.substring(from, end);
    if (reader.item.length > ITEM_MAX) reader.isBad = true;
    if (end < 0 && !isLast) return;
    try {
      if (!reader.isBad) addItem(cold, reader);
    } catch (error) {
      const code = (error as CodedError).code;
      if (!code || code === 'scratch-taken' || code === 'flash-failed') throw error;
      reader.isBad = true;
    }
    reader.item = '';
    if (end < 0) return;
    from = end + 1;
  }
}
