/**
 * What HSM-Cold's parts share: the board, the durable state, and what is only true while powered. Plain data; each part
 * takes it as its first argument. Secrets are in `keys` and `drbg` while the board is unlocked, and for a step in the
 * account at work (state/accounts.ts).
 */
import type { Thrown } from './link/refusal';
import type { TxDraft } from './signing/tx/draft';
import type { PrevTxReader } from './signing/tx/prev-tx';
import type { Pass } from './signing/tx/hash';
import type { Hal } from '../hal';
import type { ColdState } from './state/state';
import type { Device } from '../journal/device';
import type { Journal } from '../journal/half';
import type { Terminal } from '../console/terminal';
import type { ProtocolCrypto } from '../../protocol/crypto';
import type { Batches } from './batches/batch';
import type { Drbg } from '../crypto/cipher/drbg';
import type { PeerState } from '../../protocol/link/requests';
import type { Outbox } from '../modem/state';
import type { Signing } from './signing/signing';
import type { Scratch } from './signing/tx/scratch';

/** Work in steps (scheduler.ts): `step` does a bounded part and returns whether there is more; nothing means no. */
export interface Task {
  step: (cold: Cold) => boolean | void;
  /** Called when a step throws. */
  failed?: (error: Thrown, cold: Cold) => void;
  /** Releases what the next step can make anew: called before an urgent task, which may need the room. */
  park?: (cold: Cold) => void;
  /** An idle task waits until nothing else is to be done. */
  isIdle: boolean;
}

/**
 * A sweep under way at the console (console/commands/sweep.ts), from `sweep begin` until it ends or another command
 * comes.
 */
export interface Sweep {
  /** The account's number. */
  account: number;
  draft: TxDraft;
  /** The coin under way: as the draft will hold it, and its previous transaction. */
  record?: Uint8Array;
  reader?: PrevTxReader;
  index: number;
  /** The transaction being hashed, and how many signatures there are. */
  pass?: Pass;
  signed: number;
}

/** A state backup being read in (console/commands/state.ts). Secret: key. */
export interface Restoring {
  key: Uint8Array;
  /** The backup's own: every line's nonce begins with it. */
  id: Uint8Array;
  /** Lines read, and whether the last one of the backup was among them. */
  lines: number;
  isEnded: boolean;
  /** Of each account: its number, its highest channel number, V's counter. */
  counters: number[][];
}

/**
 * Secret: what unlocking brings into memory. Cold receiving keys are not among it: they never exist in memory outside
 * of a sweep.
 */
export interface Keys {
  /** Seals channels and generator state on flash; from the seed. */
  storage: Uint8Array;
}

export interface Cold {
  hal: Hal;
  /** A handler is running (guard.ts). */
  isInside: boolean;
  state: ColdState;
  device?: Device;
  journal?: Journal;
  terminal: Terminal;
  /** Empty, or the code of what stopped the board: `journal-corrupt`, `selftest-failed`, `wiped`. */
  fault: string;
  keys?: Keys;
  /** The protocol's primitives with the generator below behind `random`. */
  crypto: ProtocolCrypto;
  /** Port of binary SMS. */
  smsPort: number;
  batches: Batches;
  /** HMAC-DRBG of the unlocked board. */
  drbg?: Drbg;
  link?: PeerState;
  /** The modems' send queue, and through it the modems. */
  modem?: Outbox;
  /** Last trouble that a modem reported, empty when there was none. */
  modemTrouble: string;
  /** Starts what waited for unlocking, provisioning or pairing: main.ts. */
  started: (cold: Cold) => void;
  restoring?: Restoring;
  sweep?: Sweep;
  /** The signing under way over the link; one at a time. */
  signing?: Signing;
  /** Owner of the scratch pages, and when the link last had them erased (uptime, ms): signing/tx/scratch.ts. */
  scratch?: Scratch;
  scratchAtMs?: number;
  tasks: Task[];
  isTicking: boolean;
  /** Accounts with a key exchange under way, as bits. */
  accepting: number;
  /** Uptime at which an account's alarm goes out again; absent: at once. */
  alarmDueMs: { [n: number]: number };
  /** Accounts whose payments wait for room, as bits, when the admins were last notified (payments/tidy.ts). */
  waiting: number;
  /** Accounts whose sum of the day is to be looked at, as bits: all after a start (alarms/day-sum.ts). */
  sumsDue: number;
  /** Uptime before which no PIN is tried. */
  pinAfterMs: number;
  counters: { ignoredSms: number; refusals: number; signed: number };
}
