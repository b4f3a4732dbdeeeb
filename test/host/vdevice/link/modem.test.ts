// Holds host/vdevice/link/modem.ts: trouble with the modem that V drives itself is a warning in V's log.

import { expect } from 'chai';
import type { LogEvent } from '../../../../host/kit/log';
import { createVirtualRuntime } from '../../../../host/sim/clock/virtual-runtime';
import { createGsmNetwork } from '../../../../host/sim/gsm';
import { wire } from '../../../../host/sim/board/wire';
import { createSim800 } from '../../../../host/sim/sim800';
import { createWorld } from '../world';

describe('host/vdevice/link/modem', () => {
  it('a SIM that needs a PIN which V was not given is a warning', async () => {
    const runtime = createVirtualRuntime({ seed: 'pin', startMs: 0, pace: 'fast' });
    const network = createGsmNetwork({ runtime: runtime.child('gsm'), seed: 'pin' });
    const line = wire(runtime, { baud: 115200 });
    createSim800({ runtime, seed: 'pin', number: '+8613800000001', network, port: line[1], pin: '4711' });
    const events: LogEvent[] = [];
    const world = await createWorld({ modem: line[0], onEvent: (event) => events.push(event) }, runtime);
    await world.pass(60);
    await world.close();
    const [first] = events;
    expect([first.who, first.link, first.level]).to.deep.equal(['v-device', 'sms', 'warning']);
    expect(first.text).to.match(/^modem: pin-needed/);
  });
});
