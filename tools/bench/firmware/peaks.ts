/**
 * Variables that each operation of the two images needs, in the genuine interpreter: the whole system runs, every
 * operation several times with another room (gauge.ts), until what it passes with is known to within some variables.
 * Wants a build with a fixed number of variables, some thousands, which runs its images from flash as a chip does.
 * HSM-Cold has as many accounts as it takes. The goal is for a board's variables of 14 octets: a 64-bit build's are
 * larger, and fewer, and get no goal.
 */
import { BOARD } from '../../../boards/linux/board';
import { espruinoBuild, type EspruinoBuild } from '../../../host/sim/board/espruino/build';
import { createSimulation, type Simulation } from '../../../host/sim/simulation';
import type { BenchRow } from '../row';
import { MAX_ACCOUNTS } from '../../../firmware/cold/state/state';
import { createGauge, ROLES, type Gauge, type Role } from './gauge';
import { ON_NEW_BOARDS, onProvisioned, type Operation } from './operations';

const LIMIT = BOARD.limits.variables;
/** What an operation may need: what is to come needs the rest. */
const GOAL = 2300;
const BOARD_BLOCK_BYTES = 14;
/** What the measured may need beyond the limit. */
const BEYOND = 1000;
/** Runs of an operation unless it says fewer, and how near is near enough. */
const RUNS = 4;
const NEAR = 16;
/** Room above what is in use, the first time; below what it passed with, at most, after that. */
const FIRST_ROOM = 420;
const CLOSER = 96;
const REPORT_LIMIT_MS = 120_000;

interface Bounds {
  /** It does not pass with so many in one piece. */
  low: number;
  /** It passes with so many. */
  high: number;
}
type Found = { [role in Role]: Bounds };

/** The build, undefined where it has not variables enough, or ever more. */
export function buildOf(espruino: string): EspruinoBuild | undefined {
  const build = espruinoBuild(espruino);
  return !build.isGrowing && build.variables >= LIMIT + BEYOND ? build : undefined;
}

/** Reports what ran since the last time, and goes on with these rooms. */
async function report(
  sim: Simulation,
  gauge: Gauge,
  rooms: { [role in Role]: number },
): Promise<NonNullable<ReturnType<Gauge['readings']>>> {
  gauge.order(rooms);
  await sim.until(() => gauge.readings() !== undefined, 'the gauges', REPORT_LIMIT_MS);
  return gauge.readings()!;
}

/** The next room: between the bounds; where nothing passed yet, between what did not and the limit, or beyond it. */
function nextRoom({ low, high }: Bounds, rest: number): number {
  if (high < Infinity) return Math.max(Math.round((low + high) / 2), high - CLOSER);
  if (low === 0) return rest + FIRST_ROOM;
  return low < LIMIT - CLOSER ? Math.round((low + LIMIT) / 2) : low + CLOSER;
}

/**
 * One run, with rooms that come nearer to what it needs from both sides. A reading above the limit from a room below it
 * is none: where much is missing, Espruino gives up nearly all at once.
 */
async function narrow(found: Found, sim: Simulation, gauge: Gauge, run: () => Promise<void>): Promise<void> {
  const before = await report(sim, gauge, { cold: LIMIT + BEYOND, hot: LIMIT + BEYOND });
  const rooms = { cold: 0, hot: 0 };
  for (const role of ROLES) rooms[role] = nextRoom(found[role], before[role].rest);
  await report(sim, gauge, rooms);
  await run();
  const after = await report(sim, gauge, rooms);
  for (const role of ROLES) {
    const { passes, isAbove, rest } = after[role];
    const bounds = found[role];
    if (passes <= Math.max(LIMIT, rooms[role] + CLOSER)) bounds.high = Math.min(bounds.high, passes);
    bounds.low = Math.min(bounds.high, Math.max(bounds.low, isAbove ? rooms[role] : rest));
  }
}

const NAMES: { [role in Role]: string } = { cold: 'HSM-Cold', hot: 'HSM-Hot' };
const isNear = (found: Found, roles: Role[]): boolean =>
  roles.every((role) => found[role].high - found[role].low <= NEAR);

/** Runs an operation until its figure is near enough; at least once, since what comes after builds upon it. */
async function measureOperation(
  operation: Operation,
  found: Found,
  { sim, gauge, runs, tell }: { sim: Simulation; gauge: Gauge; runs: number; tell: (text: string) => void },
): Promise<void> {
  for (let run = 0; run < runs && (run === 0 || !isNear(found, operation.roles)); run++)
    await narrow(found, sim, gauge, () => operation.run(sim));
  const figures = operation.roles.map((role) => `${NAMES[role]} ${found[role].low} to ${found[role].high}`);
  tell(`${operation.name}: ${figures.join(', ')}`);
}

/** The row of an operation on a board; failure: what ended the measuring in it. */
function rowOf(build: EspruinoBuild, name: string, { low, high }: Found[Role], failure: string | undefined): BenchRow {
  const row = { name: `variables, ${name}`, value: high, unit: 'vars', ratio: high / LIMIT };
  if (failure !== undefined) return { ...row, baseline: failure, goal: `<= ${GOAL}`, ok: false };
  const baseline = `${LIMIT}, of ${build.blockBytes} bytes; not with ${low}`;
  const isBoardLike = build.blockBytes === BOARD_BLOCK_BYTES;
  return isBoardLike ? { ...row, baseline, goal: `<= ${GOAL}`, ok: high <= GOAL } : { ...row, baseline };
}

/** Rows of every operation, or none where the build cannot tell. */
export async function peakRows(espruino: string, tell: (text: string) => void): Promise<BenchRow[]> {
  const build = buildOf(espruino);
  if (build === undefined) {
    tell(
      `variables of each operation: left out, ${espruino} has no fixed number of variables of at least ` +
        `${LIMIT + BEYOND}`,
    );
    return [];
  }
  const results: { operation: Operation; found: Found }[] = [];
  let failure: string | undefined;
  const resultOf = (operation: Operation): Found => {
    let result = results.find((each) => each.operation === operation);
    if (!result)
      results.push(
        (result = { operation, found: { cold: { low: 0, high: Infinity }, hot: { low: 0, high: Infinity } } }),
      );
    return result.found;
  };
  const measure = (operation: Operation, sim: Simulation, gauge: Gauge, runs: number): Promise<void> =>
    measureOperation(operation, resultOf(operation), { sim, gauge, runs, tell });
  // What only new boards do is done by new ones every time; the last ones go on with everything else, v1's first.
  for (let run = 1; run <= RUNS; run++) {
    const gauge = createGauge();
    const vProtocol = run === RUNS - 1 ? 'v1' : 'v2';
    const sim = await createSimulation({
      seed: `peaks/${run}`,
      espruino,
      modems: 1,
      accounts: MAX_ACCOUNTS,
      vProtocol,
      prelude: gauge.prelude,
      onLog: (who, line) => gauge.hear(who === NAMES.cold ? 'cold' : 'hot', line),
    });
    try {
      for (const operation of ON_NEW_BOARDS) await measure(operation, sim, gauge, 1);
      if (run >= RUNS - 1)
        for (const operation of onProvisioned(vProtocol)) await measure(operation, sim, gauge, operation.runs ?? RUNS);
    } catch (error) {
      failure = (error as Error).message;
      tell(`${results[results.length - 1]?.operation.name}: ${failure}; nothing after it is measured`);
      break;
    } finally {
      await sim.close();
      gauge.close();
    }
  }
  return results.flatMap(({ operation, found }, at) => {
    const failed = at === results.length - 1 ? failure : undefined;
    return operation.roles.map((role) => rowOf(build, `${NAMES[role]}: ${operation.name}`, found[role], failed));
  });
}
