// Figures of the SMS path: 10,000 faults on the network with two ends at work, and mutated PDUs through the decoder.
import { parse } from 'node-pdu';
import { bytesOfHex, decodePdu, encodeUserData, hexOfBytes } from '../../../protocol/sms/pdu';
import { encodeDeliver } from '../../../protocol/sms/pdu-network';
import { septetsOfText } from '../../../protocol/sms/pdu-alphabet';
import { seededRandom } from '../../../host/sim/clock/seeded-random';
import type { BenchRow } from '../row';
import { runFaults, type FaultRun } from './faults';

const FAULTS = 10_000;
const PDUS = 300_000;
const ORACLE_PDUS = 3000;

/** Decodes `count` mutated SMS-DELIVERs; answers how many were taken, and throws what is no refusal. */
export function fuzzPdus(seed: string, count: number): { taken: number; refused: number } {
  const random = seededRandom(seed, 'pdu');
  const text = encodeUserData(0, null, septetsOfText('The quick brown fox {jumps} over 13 lazy dogs')!);
  const data = encodeUserData(4, new Uint8Array([6, 5, 4, 0x43, 0x4d, 0x43, 0x4d]), new Uint8Array(80));
  const originals = [
    encodeDeliver({
      smsc: '+8613800210500',
      from: '+8613900000002',
      dcs: 0,
      hasHeader: false,
      userData: text,
      unixS: 1_790_000_000,
    }),
    encodeDeliver({
      smsc: '+8613800210500',
      from: 'Bank',
      dcs: 4,
      hasHeader: true,
      userData: data,
      unixS: 1_790_000_000,
    }),
  ];
  let taken = 0;
  for (let i = 0; i < count; i++) {
    const [which, times, cut] = random(3);
    const original = originals[which & 1];
    const bytes = original.slice(0, cut < 30 ? cut : original.length);
    for (let k = 0; k <= times % 3; k++) {
      const [at, value] = random(2);
      if (bytes.length > 0) bytes[at % bytes.length] = value!;
    }
    try {
      const pdu = decodePdu(bytes, false);
      if (pdu.octets > 140 || pdu.address.length > 60) throw new Error('out of bounds');
      taken++;
    } catch (error) {
      if (!/^pdu-/.test((error as { code?: string }).code ?? '')) throw error;
    }
  }
  return { taken, refused: count - taken };
}

function microsecondsEach(count: number, work: () => void): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i++) work();
  return Number(process.hrtime.bigint() - start) / 1000 / count;
}

/** Decoding one SMS against node-pdu's, in the same run. */
function decodeRow(): BenchRow {
  const userData = encodeUserData(0, null, septetsOfText('x'.repeat(150))!);
  const hex = hexOfBytes(
    encodeDeliver({
      smsc: '+8613800210500',
      from: '+8613900000002',
      dcs: 0,
      hasHeader: false,
      userData,
      unixS: 1_790_000_000,
    }),
  );
  const oracle = microsecondsEach(ORACLE_PDUS, () => void parse(hex));
  const own = microsecondsEach(ORACLE_PDUS, () => void decodePdu(bytesOfHex(hex), false));
  return {
    name: 'decode one SMS of 150 characters',
    value: own,
    unit: 'us',
    baseline: 'node-pdu',
    ratio: own / oracle,
  };
}

/** How the run of faults ended. */
function faultRows(run: FaultRun): BenchRow[] {
  const begun = run.outcomes.right + run.outcomes['gave-up'] + run.outcomes.wrong + run.hanging;
  const ended = begun - run.hanging;
  const perOperation = run.sms / begun;
  const ofBegun = (name: string, value: number, goal: string, ok: boolean, unit = 'operations'): BenchRow => ({
    name,
    value,
    unit,
    baseline: 'all begun',
    ratio: value / begun,
    goal,
    ok,
  });
  return [
    {
      name: 'faults on the network',
      value: run.networkFaults,
      unit: 'faults',
      baseline: '10,000',
      ratio: run.networkFaults / FAULTS,
      goal: '10,000',
      ok: run.networkFaults >= FAULTS,
    },
    ofBegun('operations that ended', ended, 'all', run.hanging === 0),
    ofBegun('of them with the right result', run.outcomes.right, 'the others fail clearly', run.outcomes.wrong === 0),
    ofBegun('wrong results', run.outcomes.wrong, 'none', run.outcomes.wrong === 0),
    ofBegun('channels that differ between the ends', run.differing, 'none', run.differing === 0, 'times'),
    {
      name: 'restarts and silences of the modems',
      value: run.modemFaults,
      unit: 'faults',
      baseline: 'operations',
      ratio: run.modemFaults / begun,
      goal: 'as they come',
      ok: true,
    },
    {
      name: 'SMS an operation',
      value: perOperation,
      unit: 'SMS',
      baseline: '2 without faults',
      ratio: perOperation / 2,
      goal: 'below 5',
      ok: perOperation < 5,
    },
    {
      name: 'largest SMS',
      value: run.largestOctets,
      unit: 'octets',
      baseline: '140 octets',
      ratio: run.largestOctets / 140,
      goal: 'at most 140',
      ok: run.largestOctets <= 140,
    },
  ];
}

function fuzzRow(): BenchRow {
  const { taken, refused } = fuzzPdus('bench', PDUS);
  return {
    name: 'mutated PDUs decoded or refused by code',
    value: taken + refused,
    unit: 'PDUs',
    baseline: 'all tried',
    ratio: (taken + refused) / PDUS,
    goal: 'no other exception',
    ok: true,
  };
}

export async function benchSms(): Promise<BenchRow[]> {
  return [...faultRows(await runFaults('bench', FAULTS)), fuzzRow(), decodeRow()];
}
