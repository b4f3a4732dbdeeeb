/** The wire's figures: octets of SMS operations, octets and throughput on a UART, a million mutations. */
import { operationOctets, sum } from './sms-octets';
import { fuzzWire } from './fuzz';
import { signingInformation, signingOctets, streamShare } from './uart';
import { badNetwork } from './bad-network';
import { SMS_UD_MAX } from '../../../protocol/wire';

export interface WireRow {
  name: string;
  value: number;
  unit: string;
  baseline: string;
  ratio: number;
  goal?: string;
  ok?: boolean;
}

function smsRows(): WireRow[] {
  return operationOctets().flatMap(({ name, v2, v1 }) => {
    const longest = Math.max(...v2);
    const rows: WireRow[] = [
      {
        name: `SMS ${name}: longest SMS`,
        value: longest,
        unit: 'octets',
        baseline: 'one SMS of 140',
        ratio: longest / SMS_UD_MAX,
        goal: '<= 140, one SMS each way',
        ok: longest <= SMS_UD_MAX && v2.length <= 2,
      },
    ];
    if (v1.length) {
      rows.push({
        name: `SMS ${name}: all of it`,
        value: sum(v2),
        unit: 'octets',
        baseline: `v1's ${sum(v1)} octets in ${v1.length} SMS`,
        ratio: sum(v2) / sum(v1),
        goal: '<= 0.5',
        ok: sum(v2) <= sum(v1) / 2,
      });
    }
    return rows;
  });
}

function uartRows(): WireRow[] {
  const information = signingInformation();
  return [false, true].flatMap((isSecure) => {
    const name = isSecure ? 'authenticated link' : 'plain link';
    const signing = signingOctets(isSecure);
    const stream = streamShare(isSecure);
    return [
      {
        name: `UART, ${name}: 2-in 3-out segwit signing`,
        value: signing.octets,
        unit: 'octets',
        baseline: `${information} octets of information`,
        ratio: signing.octets / information,
        goal: '<= 1.15',
        ok: signing.octets <= 1.15 * information,
      },
      {
        name: `UART, ${name}: throughput at 115,200 baud`,
        value: stream.bytesPerS,
        unit: 'octets/s',
        baseline: 'the line',
        ratio: stream.share,
        goal: '> 0.8',
        ok: stream.share > 0.8,
      },
    ];
  });
}

/** All rows. `mutations` and `operations` are there for a shorter run in the tests. */
export async function benchWire(options: { mutations?: number; operations?: number } = {}): Promise<WireRow[]> {
  const faults = badNetwork(options.operations ?? 10_000);
  const fuzz = fuzzWire(options.mutations ?? 1_000_000);
  return [
    ...smsRows(),
    ...uartRows(),
    {
      name: 'SMS with loss, duplicates, delay: operations ended right',
      value: faults.right,
      unit: 'operations',
      baseline: `${faults.operations} begun`,
      ratio: faults.right / faults.operations,
      goal: 'all, ends never differ',
      ok: faults.right === faults.operations && faults.differing === 0,
    },
    {
      name: 'mutated CBOR, frames and SMS: accepted wrongly or crashed',
      value: fuzz.wrong,
      unit: 'cases',
      baseline: `${fuzz.cases} mutations`,
      ratio: fuzz.wrong / fuzz.cases,
      goal: 'none',
      ok: fuzz.wrong === 0,
    },
    {
      name: 'memory after the mutations',
      value: fuzz.heapGrowthBytes,
      unit: 'octets more',
      baseline: `${fuzz.cases} mutations`,
      ratio: fuzz.heapGrowthBytes / fuzz.cases,
      goal: 'below 8 MB',
      ok: fuzz.heapGrowthBytes < 8_000_000,
    },
  ];
}
