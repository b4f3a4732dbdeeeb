// Attack (I14): a stranger fills the SIM while HSM-Cold is busy with a long task, so that each SMS waits in memory for
// its turn and the interpreter's runs out.
import { expect } from 'chai';
import type { Cold } from '../../../../firmware/cold/cold';
import { schedule } from '../../../../firmware/cold/scheduler';
import { SMS_HELD_MAX, startModem } from '../../../../firmware/cold/sms/start-modem';
import { portUart, runtimeClock } from '../../../../host/modem/hal';
import { wire } from '../../../../host/sim/board/wire';
import { createVirtualRuntime } from '../../../../host/sim/clock/virtual-runtime';
import { createGsmNetwork } from '../../../../host/sim/gsm';
import { createSim800 } from '../../../../host/sim/sim800';

const NUMBER = '+8613800000001';

describe('firmware/cold/sms: a long task', () => {
  it('few SMS wait for it in memory, the others on the SIM; all are gone when it has ended', async () => {
    const runtime = createVirtualRuntime({ seed: 'busy', startMs: 0, pace: 'fast' });
    const network = createGsmNetwork({ runtime, seed: 'busy' });
    const line = wire(runtime, { baud: 115200 });
    const sim = createSim800({ runtime, seed: 'busy', number: NUMBER, network, port: line[1] });
    const cold = {
      state: { at: {} },
      tasks: [],
      counters: { ignoredSms: 0 },
      hal: {
        modems: [portUart(line[0])],
        clock: runtimeClock(runtime),
        isStuck: () => false,
        tidy: () => undefined,
      },
    } as unknown as Cold;
    startModem(cold);
    await runtime.runFor(20_000);
    // The scheduler is at a task that does not end yet.
    cold.isTicking = true;
    for (let n = 0; n < 20; n++)
      network.inject({ from: '+4412345678', to: NUMBER, text: `sms ${n}`, delayMs: 1000 + n });
    let most = 0;
    for (let second = 0; second < 120; second++) {
      await runtime.runFor(1000);
      most = Math.max(most, cold.modem!.list[0].held.length);
    }
    expect([most, sim.stored()]).to.deep.equal([SMS_HELD_MAX, 20]);
    cold.isTicking = false;
    schedule(cold, { isIdle: false, step: () => false });
    await runtime.runFor(180_000);
    expect([cold.counters.ignoredSms, sim.stored()]).to.deep.equal([20, 0]);
  }).timeout(60_000);
});
