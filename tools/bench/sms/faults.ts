// The SMS path under faults: two ends on the real driver, simulated modems that misbehave and a network that loses,
// doubles, reorders and delays by up to an hour, operation after operation until so many faults have happened. Leaves
// the ends to ends.ts, figures to index.ts.
import { HOUR_MS } from '../../../protocol/time';
import { SMS_PORT } from '../../../protocol/wire';
import { createHostModem, type HostModem } from '../../../host/modem';
import { protocolCrypto } from '../../../host/kit/protocol-crypto';
import { wire } from '../../../host/sim/board';
import { createGsmNetwork, type GsmNetwork } from '../../../host/sim/gsm';
import { createChance } from '../../../host/sim/gsm/chance';
import { createSim800, type Sim800Faults } from '../../../host/sim/sim800';
import { createVirtualRuntime, type VirtualRuntime } from '../../../host/sim/clock/virtual-runtime';
import { coldEnd, peersFor, vEnd, type OperationKind, type Outcome } from './ends';

const COLD = '+8613800000001';
const V = '+8613900000002';
/** Longest time an operation may take: all tries and an hour's delay each way. */
const LIMIT_MS = 24 * HOUR_MS;
/** An SMS that comes later than this counts as a fault. */
const LATE_MS = 60_000;
const BAD_MODEM: Sim800Faults = {
  urc: 0.05,
  split: 0.1,
  merge: 0.1,
  garbage: 0.02,
  error: 0.01,
  mute: 0.005,
  restart: 0.003,
  underVoltage: 0.01,
  silentSms: 0.05,
};

export interface FaultRun {
  /** Messages lost, doubled or held back, and faults of the modems that the drivers noticed. */
  networkFaults: number;
  modemFaults: number;
  operations: { [kind in OperationKind]: number };
  outcomes: { [outcome in Outcome]: number };
  /** Operations that neither succeeded nor failed in time. */
  hanging: number;
  /** Times when, with nothing on the way, V used a channel that HSM-Cold did not hold. */
  differing: number;
  sms: number;
  octets: number;
  largestOctets: number;
  simulatedMs: number;
}

const emptyRun = (): FaultRun => ({
  networkFaults: 0,
  modemFaults: 0,
  operations: { channel: 0, batch: 0, status: 0 },
  outcomes: { right: 0, 'gave-up': 0, wrong: 0 },
  hanging: 0,
  differing: 0,
  sms: 0,
  octets: 0,
  largestOctets: 0,
  simulatedMs: 0,
});

/** Counts in `run` what the network carries and what it does to it. */
function countTraffic(network: GsmNetwork, run: FaultRun): void {
  const submittedMs = new Map<number, number>();
  network.onTraffic((sms) => {
    if (sms.fate === 'submitted') {
      submittedMs.set(sms.id, sms.atMs);
      run.sms++;
      run.octets += sms.octets;
      run.largestOctets = Math.max(run.largestOctets, sms.octets);
    } else if (sms.fate === 'lost' || sms.fate === 'duplicated') run.networkFaults++;
    else if (sms.fate === 'delivered') {
      if (sms.atMs - (submittedMs.get(sms.id) ?? sms.atMs) > LATE_MS) run.networkFaults++;
      submittedMs.delete(sms.id);
    }
  });
}

/** The two ends, each behind a modem that misbehaves. */
function makeEnds(runtime: VirtualRuntime, seed: string, network: GsmNetwork) {
  const crypto = protocolCrypto(runtime.random);
  const [coldPriv, vPriv] = [crypto.sha256(Uint8Array.of(1)), crypto.sha256(Uint8Array.of(2))];
  const station = (number: string, take: (data: Uint8Array) => void): HostModem => {
    const line = wire(runtime);
    createSim800({ runtime, seed: seed + number, number, network, port: line[1], faults: BAD_MODEM });
    return createHostModem({
      port: line[0],
      runtime,
      pollMs: 600_000,
      onSms(sms, ack) {
        if (sms.data && sms.port === SMS_PORT) take(sms.data);
        ack();
      },
    });
  };
  const coldModem = station(COLD, (data) => cold.take(data));
  const vModem = station(V, (data) => v.take(data));
  const cold = coldEnd(crypto, peersFor(crypto, coldPriv, vPriv, true), coldPriv, (data) =>
    coldModem.sendData(V, data, SMS_PORT),
  );
  const v = vEnd(crypto, peersFor(crypto, vPriv, coldPriv, false), vPriv, runtime, (data) =>
    vModem.sendData(COLD, data, SMS_PORT),
  );
  return { cold, v, modems: [coldModem, vModem] };
}

/** Which operation comes next, by a throw of `dice` 0..1. */
function kindOf(dice: number): OperationKind {
  if (dice < 0.15) return 'channel';
  return dice < 0.75 ? 'batch' : 'status';
}

/** Runs operations until `faults` faults have happened on the network. Same seed, same run. */
export async function runFaults(seed: string, faults: number): Promise<FaultRun> {
  const runtime = createVirtualRuntime({ seed, startMs: Date.UTC(2026, 10, 22), pace: 'fast' });
  const chance = createChance(seed, 'operations');
  const network = createGsmNetwork({ runtime, seed, loss: 0.1, duplicate: 0.1, reorder: 0.2, reorderMs: HOUR_MS });
  const run = emptyRun();
  countTraffic(network, run);
  const { cold, v, modems } = makeEnds(runtime, seed, network);

  const startMs = runtime.nowMs();
  for (let batchNo = 0; run.networkFaults < faults; batchNo++) {
    let hasEnded = false;
    v.start(kindOf(chance.fraction()), batchNo & 0xffff, (outcome, kind) => {
      hasEnded = true;
      run.operations[kind]++;
      run.outcomes[outcome]++;
    });
    await runtime
      .runUntil(() => hasEnded, 'the operation ends', LIMIT_MS)
      .catch((error: { code?: string }) => {
        if (error.code !== 'sim-timeout') throw error;
        run.hanging++;
      });
    const { current, next } = cold.channels();
    if (v.channelId() !== current && v.channelId() !== next) run.differing++;
    await runtime.runFor(chance.between(1000, 120_000));
  }
  await runtime.runFor(3 * HOUR_MS);
  run.modemFaults = modems
    .map((modem) => modem.status())
    .reduce((sum, status) => sum + status.timeouts + status.restarts, 0);
  run.simulatedMs = runtime.nowMs() - startMs;
  runtime.close();
  return run;
}
