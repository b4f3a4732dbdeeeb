// Figures of the SMS path: 10,000 faults on the network with two ends at work, and mutated PDUs through the decoder.
import { parse } from 'node-pdu';
import { bytesOfHex, decodePdu, encodeUserData, hexOfBytes } from '../../../protocol/sms/pdu';
import { encodeDeliver } from '../../../protocol/sms/pdu-network';
import { septetsOfText } from '../../../protocol/sms/pdu-alphabet';
import { seededRandom } from '../../../host/sim/clock/seeded-random';
import type { BenchRow } from '../row';
import { runFaults } from './faults';

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

export async function benchSms(): Promise<BenchRow[]> {
  const run = await runFaults('bench', FAULTS);
  const operations = run.outcomes.right + run.outcomes['gave-up'] + run.outcomes.wrong + run.hanging;
  const count = (
    name: string,
    value: number,
    unit: string,
    baseline: string,
    ratio: number,
    goal: string,
    ok: boolean,
  ): BenchRow => ({ name, value, unit, baseline, ratio, goal, ok });
  const { taken, refused } = fuzzPdus('bench', PDUS);
  return [
    count(
      'faults on the network',
      run.networkFaults,
      'faults',
      '10,000',
      run.networkFaults / FAULTS,
      '10,000',
      run.networkFaults >= FAULTS,
    ),
    count(
      'operations that ended',
      operations - run.hanging,
      'operations',
      'all begun',
      (operations - run.hanging) / operations,
      'all',
      run.hanging === 0,
    ),
    count(
      'of them with the right result',
      run.outcomes.right,
      'operations',
      'all begun',
      run.outcomes.right / operations,
      'the others fail clearly',
      run.outcomes.wrong === 0,
    ),
    count(
      'wrong results',
      run.outcomes.wrong,
      'operations',
      'all begun',
      run.outcomes.wrong / operations,
      'none',
      run.outcomes.wrong === 0,
    ),
    count(
      'channels that differ between the ends',
      run.differing,
      'times',
      'all begun',
      run.differing / operations,
      'none',
      run.differing === 0,
    ),
    count(
      'restarts and silences of the modems',
      run.modemFaults,
      'faults',
      'operations',
      run.modemFaults / operations,
      'as they come',
      true,
    ),
    count(
      'SMS an operation',
      run.sms / operations,
      'SMS',
      '2 without faults',
      run.sms / operations / 2,
      'below 5',
      run.sms / operations < 5,
    ),
    count(
      'largest SMS',
      run.largestOctets,
      'octets',
      '140 octets',
      run.largestOctets / 140,
      'at most 140',
      run.largestOctets <= 140,
    ),
    count(
      'mutated PDUs decoded or refused by code',
      taken + refused,
      'PDUs',
      'all tried',
      (taken + refused) / PDUS,
      'no other exception',
      true,
    ),
    decodeRow(),
  ];
}
