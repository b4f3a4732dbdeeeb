// The ledger of an account on HSM-Cold: what it says of a number, and what it does when it is asked to sign or to void
// it. This is the part that firmware follows line by line.
import type { Rules } from '../rules';

export interface NumberRecord {
  state: 'signed' | 'void';
  content: string;
  /** The first coin, which all its transactions spend. */
  first: number;
  /** One serial for each transaction, or that of the void. */
  serials: number[];
  /** Under which its receipt was made first, and in which start. */
  channel: number;
  haveSignaturesGone: boolean;
}

export interface Ledger {
  /** At or below it every number is `old`. */
  mark: number;
  records: Map<number, NumberRecord>;
}

export type Answer = 'signed' | 'void' | 'open' | 'old';

/** Transactions of a number, at most. */
export const REPLACEMENTS_MAX = 10;

/** What is said of a number, changing nothing. */
export function stateOf(ledger: Ledger, number: number): Answer {
  const record = ledger.records.get(number);
  if (record) return record.state;
  return number <= ledger.mark ? 'old' : 'open';
}

export type Judgement = 'sign' | 'replace' | 'again' | 'old' | 'void' | 'conflict';

/**
 * What to do with a request to sign.
 *
 * @param ledger - the account's.
 * @param request - its number, content and first coin.
 * @returns `sign` for a new one, `replace` for a further transaction of a signed one, `again` for the same
 *   transaction; any other word refuses it, uncounted.
 */
export function judgePost(
  ledger: Ledger,
  request: { number: number; content: string; first: number },
  rules: Rules,
): Judgement {
  const record = ledger.records.get(request.number);
  if (!record) return rules.signAboveMark && request.number <= ledger.mark ? 'old' : 'sign';
  if (record.state === 'void') return 'void';
  if (rules.contentOfNumber && record.content !== request.content) return 'conflict';
  if (rules.coinInCommon && record.first !== request.first) return 'conflict';
  if (!record.haveSignaturesGone) return 'again';
  return record.serials.length < REPLACEMENTS_MAX ? 'replace' : 'again';
}

/** What to do with a request to void. `open`: nothing is known of the number, so that it can be voided. */
export function judgeVoid(ledger: Ledger, number: number, rules: Rules): Answer {
  const record = ledger.records.get(number);
  if (record?.state === 'signed' && !rules.recordedIsSigned && !record.haveSignaturesGone) return 'open';
  if (record) return record.state;
  return rules.voidAboveMark && number <= ledger.mark ? 'old' : 'open';
}

/** Forgets the oldest number, if it is older than the time given. Its mark moves up to it. */
export function retireOldest(ledger: Ledger, before: number): boolean {
  let oldest = Infinity;
  for (const number of ledger.records.keys()) oldest = Math.min(oldest, number);
  if (oldest >= before) return false;
  ledger.records.delete(oldest);
  ledger.mark = Math.max(ledger.mark, oldest);
  return true;
}

export function copyLedger(ledger: Ledger): Ledger {
  const records = new Map<number, NumberRecord>();
  ledger.records.forEach((record, number) => records.set(number, { ...record, serials: [...record.serials] }));
  return { mark: ledger.mark, records };
}
