// A step of the story: it does something in the simulated world and then looks at the outcome from outside (the chain,
// the website's answers, an SMS in somebody's inbox), never by asking the part that did it.
import { fail } from '../../../protocol/errors';
import type { Simulation } from '../simulation';

export interface StepResult {
  name: string;
  ok: boolean;
  /** Wall time, and processor time that the two boards' firmware took in it. */
  wall_ms: number;
  device_ms: number;
  /** Why it failed: one line. */
  error?: string;
}

export interface Step {
  name: string;
  /** One plain sentence, told before it starts. */
  tells: string;
  run(sim: Simulation, notes: StoryNotes): Promise<void>;
}

/** What earlier steps leave for later ones. Amounts in satoshi. */
export interface StoryNotes {
  txids: string[];
  coldDeposits: { address: string; sats: number; txid: string }[];
  hotFunding: { address: string; sats: number; txid: string }[];
  sent: { txid: string; sats: number; feeSats: number }[];
  swept: { txid: string; sats: number; feeSats: number }[];
}

export function emptyNotes(): StoryNotes {
  return { txids: [], coldDeposits: [], hotFunding: [], sent: [], swept: [] };
}

/** Throws code `story` when what was seen from outside is not what must be. */
export function check(holds: boolean, expected: string): void {
  if (!holds) throw fail('story', `expected ${expected}`);
}

/** `check` for equality; both values are shown. */
export function checkEqual<T>(seen: T, wanted: T, what: string): void {
  if (seen !== wanted) throw fail('story', `expected ${what} to be ${String(wanted)}, saw ${String(seen)}`);
}
