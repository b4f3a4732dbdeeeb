/**
 * Signing a withdrawal over the link: what is kept of the one under way, and its phases. Plain data. The files of this
 * folder, in the order in which a withdrawal's fields pass through them:
 *   1. begin.ts      SIGN_BEGIN and SIGN_OUTS bring the request that V authorised
 *   2. outs.ts       reads its outputs out of the text, piece by piece
 *   3. authority.ts  verifies V's authority over the whole text: isForged() decides a forged request
 *   4. checks.ts     compares it with what was signed before, and applies the account's policy (policy.ts)
 *   5. inputs.ts     SIGN_INPUT and PREV_TX bring each coin with its previous transaction
 *   6. finish.ts     SIGN_FINISH adds the change, hashes the transaction and records the payment (payments/record.ts)
 *   7. sign.ts       SIGN_RESULT signs what was recorded
 * current.ts holds the order of the phases; tx/ holds the transaction and what hashes it.
 * Nothing that the API says about amounts is believed: each input's previous transaction is hashed and read, and the
 * script it pays must be one of the account's own hot keys. Change goes to an address derived here. The payment is on
 * flash before the first signature leaves. Only hot keys can sign here: the cold receiving key is not in memory.
 * Order of every handler: phase, lock, parse, act, reply. Spec: SPEC.md 5.2.
 */
import type { Verification } from '../../crypto/sign/ecdsa';
import type { Sha256 } from '../../crypto/hash/sha256-running';
import type { TxDraft } from './tx/draft';
import type { PrevTxReader } from './tx/prev-tx';
import type { Ping, SignBegin, SignInput } from '../../../protocol/link/messages';

/** The outs text comes in. */
export const PHASE_OUTS = 1;
/** V's authority holds: inputs come in, one after another, then FINISH. */
export const PHASE_INPUTS = 2;
/** The previous transaction of the last input comes in. */
export const PHASE_PREV_TX = 3;
/** The payment is on flash: signatures may leave. */
export const PHASE_RECORDED = 4;
/** A request is under way in steps: no other one is taken. */
export const PHASE_WORKING = 5;

/**
 * A signature of the published app being verified under the key of channel `cId`; no verification where its form is
 * wrong, or when it is over.
 */
export interface V1Check {
  cId: number;
  verification?: Verification;
  isValid: boolean;
}

/** The authority over a request being verified. Secret: nothing; the channel's key is derived again at the end. */
export interface AuthorityCheck {
  /** The account's number. */
  account: number;
  m: SignBegin | Ping;
  /** Characters of the text still to come. */
  left: number;
  /** SHA-256 of the text and dynamic; its digest once the whole text came. */
  outs?: Sha256;
  content?: Uint8Array;
  /** The text in the published app's message. */
  mac?: Sha256;
  /** The published app's signature, once its message is whole. */
  v1?: V1Check;
}

/** The outputs being read out of the text. */
export interface OutsReader {
  /** The account's number. */
  account: number;
  draft: TxDraft;
  /** The begin of an item whose end did not come yet. */
  item: string;
  /** The text is no outs: refused once its authority is verified. */
  isBad: boolean;
}

/** An input whose previous transaction comes in. */
export interface CoinUnderWay {
  input: SignInput;
  /** The input as the draft will hold it, still without its amount. */
  record: Uint8Array;
  reader: PrevTxReader;
}

/** The signing under way over the link: cold.signing. */
export interface Signing {
  /** PHASE_*. */
  phase: number;
  /** The account's number. */
  account: number;
  draft: TxDraft;
  /** Index of the change's key on hot chain 1, or null: no change. */
  changeIndex: number | null;
  /** What stands for the user_tx_no (payments/ledger.ts), and the content (contentDigest). */
  tag: Uint8Array;
  content: Uint8Array;
  /** The channel is over: only what was signed before may be signed again. */
  isChannelOver: boolean;
  /** In PHASE_OUTS. */
  check?: AuthorityCheck;
  outs?: OutsReader;
  /** In PHASE_PREV_TX. */
  coin?: CoinUnderWay;
}
