/**
 * What HSM-Cold's parts share: the board, the durable state, and what is only true while powered. Plain data; each part
 * takes it as its first argument. Secrets live in `keys` and `drbg`, while unlocked, and for a slice in the account at
 * work (account-store.ts).
 */
import type { Hal } from '../hal';
import type { Device } from '../journal/device';
import type { Journal } from '../journal/journal';
import type { Terminal } from '../console/terminal';
import type { ProtocolCrypto } from '../../protocol/crypto';
import type { PeerState } from '../../protocol/link/requests';
import type { ColdState } from './state/state';

/** One piece of work in slices: `step` does a bounded part and answers whether there is more; nothing means no. */
export interface Task {
  step: (cold: Cold) => boolean | void;
  /** Called when a step throws. */
  failed?: (error: any, cold: Cold) => void;
  /**
   * Lets go of what the next step can make anew: called before work that somebody waits for, which may need the room.
   */
  park?: (cold: Cold) => void;
  /** Idle work waits until nothing else is to be done. */
  isIdle: boolean;
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
  /** guard.ts. */
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
  /** Batches wanted or under way: see batches.ts. */
  batches?: any;
  /** HMAC-DRBG of the unlocked board. */
  drbg?: any;
  link?: PeerState;
  /** The modems: an Outbox of modem/state.ts. */
  modem?: any;
  /** Last trouble that a modem told of, empty when there was none. */
  modemTrouble: string;
  /** Starts what waited for unlocking, provisioning or pairing: main.ts. */
  started: (cold: Cold) => void;
  /** A state backup being read in. */
  restoring?: any;
  /** A sweep at the console. */
  sweep?: any;
  /** Signing in progress over the link; one at a time. */
  session?: any;
  /** Who has the flash's scratch pages, and the uptime of the link's last taking them: scratch.ts. */
  scratch?: any;
  scratchAtMs?: number;
  tasks: Task[];
  isTicking: boolean;
  /** Accounts with a key exchange under way, as bits. */
  accepting: number;
  /** Uptime at which an account's alarm goes out again; not there: at once. */
  alarmDueMs: { [n: number]: number };
  /** Uptime before which no PIN is taken. */
  pinAfterMs: number;
  counters: { ignoredSms: number; refusals: number; signed: number };
}
