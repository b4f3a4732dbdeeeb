/**
 * What HSM-Hot's parts share: the board, its log, the link to HSM-Cold and what may go over it. Plain data; each part
 * takes it as its first argument.
 */
import type { Peer } from '../../protocol/link/types';
import type { Hal } from '../hal';
import type { Journal } from '../journal/journal';
import type { Terminal } from '../console/terminal';
import type { Limits } from './limits';
import type { Signing } from './signing';

export interface Hot {
  hal: Hal;
  /** guard.ts. */
  isInside: boolean;
  terminal: Terminal;
  journal?: Journal;
  /** The link key, 32 bytes. Secret; absent before pairing and after a fault. */
  secret?: Uint8Array;
  boots: number;
  /** Offset of the latest count of starts. */
  bootAt: number;
  logCount: number;
  /** Uptime of the last refusal in the log, 0 before one. */
  loggedMs: number;
  /** HSM-Cold, once paired; the gateway. */
  cold?: Peer;
  host?: Peer;
  /** Requests under way to HSM-Cold. */
  relayed: number;
  /** The signing whose pieces may go through; one at a time. */
  signing?: Signing;
  limits: Limits;
  counters: { relayed: number; malformed: number; limited: number; unreachable: number };
  /** Empty, or the code of what keeps the board from its journal. */
  fault: string;
}
