// Holds host/api/duties/duty.ts. Spec: docs/threat-model.md I14.
// Neighbours: a success after failures, a poke while it backs off, a run asked for while it backs off, many failures,
// work of another process, work done elsewhere. Held elsewhere: which duties there are and what each does beside the
// others' faults (../chain-duties.test.ts).

import { expect } from 'chai';
import { startDuty, type Duty } from '../../../../host/api/duties/duty';
import { createLog } from '../../../../host/kit/log';
import { manualRuntime } from '../../chain/fixture';

const POLL_MS = 5000;

describe('host/api/duties/duty', () => {
  const runtime = manualRuntime();
  const texts: string[] = [];
  const log = createLog({ runtime, who: 'api', listener: (event) => texts.push(event.text) });
  let runs: number;
  let outcome: () => boolean | void;
  let duty: Duty;

  const failWith = (code: string) => (): void => {
    throw Object.assign(new Error('no'), { code });
  };
  beforeEach(() => {
    runs = 0;
    texts.length = 0;
    outcome = () => undefined;
    duty = startDuty({
      name: 'blocks',
      runtime,
      log,
      pauseMs: () => POLL_MS,
      work: async () => {
        runs++;
        return outcome();
      },
    });
  });
  afterEach(() => duty.stop());

  it('works once a pause, and at once when it is poked', async () => {
    await runtime.advance(POLL_MS * 3);
    expect(runs).to.equal(3);
    duty.poke();
    await runtime.advance(0);
    expect(runs).to.equal(4);
    expect(duty.state()).to.include({
      name: 'blocks',
      lastSuccessAtMs: runtime.nowMs(),
      lastFailureAtMs: null,
      failingSinceMs: null,
      failures: 0,
      nextTryAtMs: runtime.nowMs() + POLL_MS,
      runningSinceMs: null,
      isStandby: false,
    });
  });

  it('backs off twice as long each time, up to a bound, with jitter; says so once', async () => {
    outcome = failWith('rpc-unreachable');
    await runtime.advance(POLL_MS);
    const sinceMs = runtime.nowMs();
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      const pause = (duty.state().nextTryAtMs as number) - runtime.nowMs();
      pauses.push(pause);
      await runtime.advance(pause);
      expect(runs).to.equal(i + 2);
    }
    for (const [i, pause] of pauses.entries()) {
      const usual = Math.min(15_000, 1000 * 2 ** i);
      expect(pause, String(i)).to.be.within(usual * 0.8 - 1, usual * 1.2 + 1);
    }
    expect(new Set(pauses.slice(4)).size).to.be.greaterThan(1);
    expect(duty.state()).to.include({ lastFailureCode: 'rpc-unreachable', failingSinceMs: sinceMs, failures: 9 });
    expect(texts).to.deep.equal(['duty blocks fails (rpc-unreachable): no']);
    outcome = failWith('rpc-auth');
    await runtime.advance(20_000);
    expect(texts).to.have.length(2);
    outcome = () => undefined;
    await runtime.advance(20_000);
    expect(duty.state()).to.include({ lastFailureCode: 'rpc-auth', failingSinceMs: null, failures: 0 });
    expect(texts[2]).to.equal('duty blocks works again');
  });

  it('is not poked out of its pause; what asks for a run gets one, and its error', async () => {
    outcome = failWith('internal');
    await runtime.advance(POLL_MS);
    for (let i = 0; i < 10; i++) duty.poke();
    await runtime.advance(0);
    expect(runs).to.equal(1);
    expect(await duty.run().catch((error: { code: string }) => error.code)).to.equal('internal');
    expect(duty.state().failures).to.equal(2);
  });

  it('stands by while another process does it, and counts what was done elsewhere', async () => {
    outcome = () => false;
    await duty.run();
    expect(duty.state()).to.include({ isStandby: true, failures: 0 });
    duty.note(Object.assign(new Error('x'), { code: 'bad-xpub' }));
    expect(duty.state()).to.include({ lastFailureCode: 'bad-xpub', failures: 1 });
    duty.note();
    expect(duty.state()).to.include({ failingSinceMs: null, failures: 0 });
  });
});
