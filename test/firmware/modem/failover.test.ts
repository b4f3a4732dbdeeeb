// firmware/modem/failover.ts and outbox.ts: two modems, one queue. Sends through the first that is registered, receives
// on both, carries on when one dies; pauses grow, the queue is bounded and kept.
import { expect } from 'chai';
import { createModems, modemsStatus, startModems, stopModems } from '../../../firmware/modem/failover';
import { sendText } from '../../../firmware/modem/outbox';
import { SEND_OK, createOutbox, endSend, pduOf, queueSend, sendWaitMs, takeSend } from '../../../firmware/modem/outbox';
import { N_REGISTERED, N_STATE, STATE_READY, createState, type Outbox } from '../../../firmware/modem/state';
import type { ModemSms } from '../../../firmware/modem/types';
import { portUart, runtimeClock } from '../../../host/modem/hal';
import { wire } from '../../../host/sim/board/wire';
import { createSim800, type Sim800 } from '../../../host/sim/sim800';
import { ANNA, COLD, createWorld, memoryStore, type World } from './world';

const SPARE = '+8613800000009';

interface Board {
  world: World;
  sims: Sim800[];
  modems: Outbox;
  got: ModemSms[];
}

function board(seed: string): Board {
  const world = createWorld(seed);
  const lines = [COLD, SPARE].map(() => wire(world.runtime, { baud: 115200 }));
  const sims = [COLD, SPARE].map((number, i) =>
    createSim800({ runtime: world.runtime, seed: `${seed}${i}`, number, network: world.network, port: lines[i][1] }),
  );
  const got: ModemSms[] = [];
  const onSms = (sms: ModemSms, ack: () => void): void => {
    got.push(sms);
    ack();
  };
  const modems = createModems(
    lines.map((line) => portUart(line[0])),
    runtimeClock(world.runtime),
    { onSms, maxTries: 5 },
  );
  startModems(modems);
  return { world, sims, modems, got };
}

const bothReady = ({ world, modems }: Board): Promise<void> =>
  world.runtime.runUntil(
    () => modemsStatus(modems).every((row) => row.state === 2 && row.registered),
    'both are ready',
    120_000,
  );

describe('firmware/modem: two modems', () => {
  it('sends through the first, receives on both', async () => {
    const one = board('both');
    const anna = one.world.network.person(ANNA);
    await bothReady(one);
    for (let i = 0; i < 3; i++) sendText(one.modems, ANNA, `sms ${i}`, null, true);
    anna.send(COLD, 'to the first');
    anna.send(SPARE, 'to the second');
    await one.world.runtime.runFor(60_000);
    expect(anna.inbox.map((sms) => sms.from)).to.deep.equal([COLD, COLD, COLD]);
    expect(one.got.map((sms) => [sms.text, sms.modem]).sort()).to.deep.equal([
      ['to the first', 0],
      ['to the second', 1],
    ]);
    stopModems(one.modems);
    expect(modemsStatus(one.modems).map((row) => row.state)).to.deep.equal([0, 0]);
  });

  it('the second takes over when the first has no network, or lost its power in the middle of a message', async () => {
    const one = board('over');
    const anna = one.world.network.person(ANNA);
    await bothReady(one);
    one.world.network.outage(COLD, true);
    await one.world.runtime.runFor(2000);
    sendText(one.modems, ANNA, 'first out', null, true);
    await one.world.runtime.runUntil(() => anna.inbox.length === 1, 'the second sends it', 60_000);
    one.world.network.outage(COLD, false);
    await one.world.runtime.runFor(30_000);
    let failed: unknown = 'none';
    sendText(one.modems, ANNA, 'cut', (error) => void (failed = error), true);
    await one.world.runtime.runFor(8);
    one.sims[0].powerOff();
    await one.world.runtime.runUntil(
      () => anna.inbox.length === 2 && failed !== 'none',
      'the second sends this too',
      180_000,
    );
    expect(failed).to.equal(null);
    expect(anna.inbox.map((sms) => sms.from)).to.deep.equal([SPARE, SPARE]);
  });

  it('a message that one modem fails to send goes through the other at the next try', async () => {
    const one = board('next');
    const anna = one.world.network.person(ANNA);
    await bothReady(one);
    one.sims[0].faultNext('AT+CMGS', { cms: 500 });
    sendText(one.modems, ANNA, 'hello', null, true);
    await one.world.runtime.runUntil(() => anna.inbox.length === 1, 'it has come', 60_000);
    expect(anna.inbox[0].from).to.equal(SPARE);
  });
});

describe('firmware/modem: outbox', () => {
  it('pauses grow from 5 s to 5 min, 2 s when busy; a full queue refuses', () => {
    let nowMs = 0;
    const clock = {
      uptimeMs: () => nowMs,
      wallSeconds: () => 0,
      setUnixSeconds: () => undefined,
      after: () => 0,
      cancel: () => undefined,
    };
    const store = memoryStore();
    const outbox = createOutbox(clock, { onSms: () => undefined, store, maxTries: 12 });
    const modem = createState(null as never, outbox);
    modem.n[N_STATE] = STATE_READY;
    modem.n[N_REGISTERED] = 1;
    outbox.list.push(modem);
    queueSend(outbox, new Uint8Array([1]), null, true);
    const waits: number[] = [];
    for (let i = 0; i < 10; i++) {
      const send = takeSend(outbox, 0)!;
      expect(takeSend(outbox, 0)).to.equal(null);
      expect(endSend(outbox, send, i === 9 ? 314 : 41)).to.equal(false);
      waits.push(sendWaitMs(outbox, 0, 1e9));
      nowMs += waits[i];
    }
    expect(waits).to.deep.equal([5000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 60_000, 60_000, 2000]);
    expect(store.size()).to.equal(1);
    expect(endSend(outbox, takeSend(outbox, 0)!, SEND_OK)).to.equal(true);
    expect(store.size()).to.equal(0);
  });

  it('takes up the store, and gives a message the lowest place that is free', () => {
    const clock = {
      uptimeMs: () => 0,
      wallSeconds: () => 0,
      setUnixSeconds: () => undefined,
      after: () => 0,
      cancel: () => undefined,
    };
    const store = memoryStore();
    store.writePlace(0, new Uint8Array([5]));
    store.writePlace(2, new Uint8Array([9]));
    const outbox = createOutbox(clock, { onSms: () => undefined, store });
    for (const isKept of [true, false, true]) queueSend(outbox, new Uint8Array([1]), null, isKept);
    expect(outbox.queue.map((send) => send.id)).to.deep.equal([0, 2, 1, 3, 4]);
    expect(outbox.queue.map((send) => [...pduOf(outbox, send)])).to.deep.equal([[5], [9], [1], [1], [1]]);
    expect([store.size(), store.readPlace(3).length]).to.deep.equal([4, 0]);
    endSend(outbox, outbox.queue[1], SEND_OK);
    queueSend(outbox, new Uint8Array([7]), null, true);
    expect([...store.readPlace(2)]).to.deep.equal([7]);
  });

  it('a full store keeps no message back', () => {
    const clock = {
      uptimeMs: () => 0,
      wallSeconds: () => 0,
      setUnixSeconds: () => undefined,
      after: () => 0,
      cancel: () => undefined,
    };
    const put = (): void => {
      throw Object.assign(new Error(), { code: 'journal-full' });
    };
    const outbox = createOutbox(clock, {
      onSms: () => undefined,
      store: { readPlace: () => new Uint8Array(0), writePlace: put },
    });
    queueSend(outbox, new Uint8Array([1]), null, true);
    expect([...pduOf(outbox, outbox.queue[0])]).to.deep.equal([1]);
    expect(endSend(outbox, outbox.queue[0], SEND_OK)).to.equal(true);
  });
});
