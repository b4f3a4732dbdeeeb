/**
 * The outputs that the website asked for, read out of V's text as it comes in pieces: each is checked and written into
 * the draft at once. What does not hold is remembered, not thrown: the authority over the whole text is judged first
 * (authority.ts), so that a forged text closes the account whatever is in it. Spec: SPEC.md 5.2 (outs).
 */
import { addressToScript, sha256 } from '../../crypto/index';
import { readRecord } from '../../journal/journal';
import { isEqualAt, R_ALLOW } from '../../journal/records';
import { parseOuts } from '../../../protocol/request/outs';
import { ADDRESS_MAX, AMOUNT_MAX_SATS, OUTS_COUNT_MAX } from '../../../protocol/wire';
import type { Cold } from '../cold';
import { putOutput, type TxDraft } from './tx-draft';
import { requireAccount } from '../state/account-store';
import { accountRecordAt, type Account } from '../state/state';

/** Longest `address,sats`. */
const ITEM_MAX = ADDRESS_MAX + 17;
/** R_ALLOW is CBOR [account, [digest, ...]]: three octets, then a head and a digest each. */
const ALLOW_HEAD_BYTES = 3;
const ALLOW_DIGEST_BYTES = 20;

export interface OutsReader {
  /** Its number. */
  account: number;
  draft: TxDraft;
  /** The begin of an item whose end did not come yet. */
  item: string;
  isBad: boolean;
  isAllListed: boolean;
}

export function readOuts(account: number, draft: TxDraft): OutsReader {
  return { account: account, draft: draft, item: '', isBad: false, isAllListed: true };
}

function isListed(cold: Cold, account: Account, script: Uint8Array): boolean {
  const at = accountRecordAt(cold.state, R_ALLOW, account.n);
  if (!at) return false;
  const list = readRecord(cold.journal as any, at);
  const digest = sha256(script);
  for (let i = ALLOW_HEAD_BYTES + 1; i + ALLOW_DIGEST_BYTES <= list.length; i += ALLOW_DIGEST_BYTES + 1)
    if (isEqualAt(list, i, digest, ALLOW_DIGEST_BYTES)) return true;
  return false;
}

function takeItem(cold: Cold, reader: OutsReader): void {
  const draft = reader.draft;
  const account = requireAccount(cold, reader.account);
  let script: Uint8Array | undefined;
  const out = parseOuts(reader.item, account.network, function (address, network) {
    script = addressToScript(address, network as any);
    return true;
  })[0];
  if (draft.nOutputs >= OUTS_COUNT_MAX || draft.amountSats + out.sats > AMOUNT_MAX_SATS) {
    reader.isBad = true;
    return;
  }
  if (account.policy.allowList && !isListed(cold, account, script as any)) reader.isAllListed = false;
  putOutput(draft, out.sats, script as any);
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
      if (!reader.isBad) takeItem(cold, reader);
    } catch (error) {
      if ((error as any).code === 'scratch-taken' || (error as any).code === 'flash-failed' || !(error as any).code)
        throw error;
      reader.isBad = true;
    }
    reader.item = '';
    if (end < 0) return;
    from = end + 1;
  }
}
