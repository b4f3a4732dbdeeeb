// The operations whose variables are measured (peaks.ts), done to the whole simulated system as the story does them.
// Each may be done again and again, but those of new boards.
import { DAY_SECONDS } from '../../../protocol/time';
import { createConsoleClient, setTime } from '../../../host/operator';
import { SIM_TOKENS } from '../../../host/sim/numbers';
import { forgedRequest, reopening } from '../../../host/sim/story/attack-steps';
import { PAYEES, sweep, withdrawAndMine } from '../../../host/sim/story/money-steps';
import { deposit } from '../../../host/sim/story/setup-steps';
import { emptyNotes } from '../../../host/sim/story/step';
import type { Simulation } from '../../../host/sim/simulation';
import type { Role } from './gauge';

export interface Operation {
  name: string;
  /** The boards that it is an operation of. */
  roles: Role[];
  run(sim: Simulation): Promise<void>;
  /** How often at most, where it takes long. */
  runs?: number;
}

const DERIVING_MS = 5000;
const FUNDS_SATS = 40_000_000;
/** Slices of a batch come every second or so in the genuine interpreter. */
const SOME_SLICES_MS = 6000;

async function restart(sim: Simulation): Promise<void> {
  await sim.boards.hot.reset();
  await sim.boards.cold.reset();
}

export const ON_NEW_BOARDS: Operation[] = [
  { name: 'start from the factory', roles: ['cold', 'hot'], run: restart },
  { name: 'ceremony, link key, account', roles: ['cold', 'hot'], run: (sim) => sim.provision() },
];

type Doing = Operation['run'];

/** What provisioned boards do; what they have done already is kept here, so they are for one simulation. */
function createDoings(): { [name in 'attest' | 'withdraw' | 'forge' | 'sweep' | 'beat']: Doing } {
  let daysAhead = 0;
  let attested = 0;
  let isFunded = false;

  async function anAttestation(sim: Simulation): Promise<void> {
    const side = attested % 2 ? 2 : 1;
    const number = attested++ >> 1;
    while (!(await sim.ceremony.hasDerived(side, number))) await sim.advance(DERIVING_MS);
    await sim.verifyBatch(side, number);
  }

  async function aWithdrawal(sim: Simulation): Promise<void> {
    if (!isFunded) await sim.fundHot(FUNDS_SATS);
    isFunded = true;
    await sim.customer.v.startLoop();
    await withdrawAndMine(sim, [{ address: PAYEES[0], sats: 310_000 }]);
  }

  async function aForgery(sim: Simulation): Promise<void> {
    await forgedRequest.run(sim, emptyNotes());
    await reopening.run(sim, emptyNotes());
  }

  async function aSweep(sim: Simulation): Promise<void> {
    while (attested < 2) await anAttestation(sim);
    const notes = emptyNotes();
    await deposit.run(sim, notes);
    await sweep.run(sim, notes);
  }

  async function aBeat(sim: Simulation): Promise<void> {
    const beats = (): number => sim.phones.platformAdmin.inbox.filter((sms) => sms.text?.startsWith('CC:HB:')).length;
    const before = beats();
    const seconds = Math.floor(sim.runtime.nowMs() / 1000) + ++daysAhead * (DAY_SECONDS + 60);
    const client = createConsoleClient({ port: sim.console.attach() });
    await sim.runtime.runWhile(setTime(client, seconds, SIM_TOKENS.pin, true), 'setting the clock');
    await sim.until(() => beats() > before, 'the heartbeat');
  }

  return { attest: anAttestation, withdraw: aWithdrawal, forge: aForgery, sweep: aSweep, beat: aBeat };
}

/**
 * Operations of provisioned boards, v1: of the published app's protocol; what they have done already is kept here, so
 * they are for one simulation.
 */
export function onProvisioned(protocol: 'v1' | 'v2'): Operation[] {
  const doings = createDoings();
  const everything: Operation[] = [
    { name: 'status', roles: ['cold'], run: async (sim) => void (await sim.ceremony.status()) },
    { name: 'addresses of a batch derived', roles: ['cold'], run: (sim) => sim.advance(SOME_SLICES_MS) },
    { name: 'key exchange by SMS', roles: ['cold'], run: (sim) => sim.openChannel(), runs: 3 },
    { name: 'batch attested', roles: ['cold', 'hot'], run: doings.attest, runs: 2 },
    { name: 'withdrawal of 1 input, 2 outputs', roles: ['cold', 'hot'], run: doings.withdraw, runs: 3 },
    { name: 'forgery refused, account closed', roles: ['cold', 'hot'], run: doings.forge, runs: 2 },
    { name: 'sweep of 2 inputs', roles: ['cold'], run: doings.sweep, runs: 3 },
    {
      name: 'start, unlocked by PIN',
      roles: ['cold', 'hot'],
      run: (sim) => restart(sim).then(() => sim.ceremony.unlock()),
    },
    { name: 'heartbeat', roles: ['cold'], run: doings.beat, runs: 3 },
  ];
  const published: Operation[] = [
    { name: 'key exchange by text SMS', roles: ['cold'], run: (sim) => sim.openChannel(), runs: 2 },
    { name: 'batch attested by text SMS', roles: ['cold'], run: doings.attest, runs: 2 },
    { name: 'withdrawal under a v1 signature', roles: ['cold', 'hot'], run: doings.withdraw, runs: 3 },
    { name: 'forged v1 signature refused, account closed', roles: ['cold', 'hot'], run: doings.forge, runs: 3 },
  ];
  return protocol === 'v1' ? published : everything;
}
