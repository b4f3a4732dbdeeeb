// Holds firmware/cold/scheduler.ts: slices in turn, waited-for work first, idle work lets go of memory before it,
// errors reach the job.
import { expect } from 'chai';
import type { Cold, Task } from '../../../firmware/cold/cold';
import { schedule, unschedule } from '../../../firmware/cold/scheduler';

function rig() {
  const events: (() => void)[] = [];
  let tidied = 0;
  let restarts = 0;
  let isStuck = false;
  const hal = {
    clock: { after: (_ms: number, fn: () => void) => events.push(fn) },
    tidy: () => void tidied++,
    isStuck: () => isStuck,
    power: { restart: () => void restarts++ },
  };
  const cold = { hal, state: {}, jobs: [], isTicking: false, isInside: false } as unknown as Cold;
  const run = (most = 100): void => {
    while (events.length && most-- > 0) events.shift()!();
  };
  return { cold, run, tidied: () => tidied, restarts: () => restarts, stick: () => void (isStuck = true) };
}

function job(log: string[], name: string, slices: number, extra: Partial<Task> = {}): Task {
  return { isIdle: false, step: () => (log.push(name), --slices > 0), ...extra };
}

describe('cold/work', () => {
  it('runs waited-for work in the order it came, idle work when nothing else is left', () => {
    const log: string[] = [];
    const { cold, run, tidied } = rig();
    schedule(cold, job(log, 'idle', 2, { isIdle: true }));
    schedule(cold, job(log, 'a', 2));
    schedule(cold, job(log, 'b', 1));
    run();
    expect(log).to.deep.equal(['a', 'a', 'b', 'idle', 'idle']);
    expect(tidied(), 'memory is looked at before every slice').to.equal(5);
    expect(cold.tasks).to.deep.equal([]);
  });

  it('idle work is parked before other work and not before its own slices', () => {
    const log: string[] = [];
    const { cold, run } = rig();
    schedule(
      cold,
      job(log, 'idle', 3, { isIdle: true, park: (owner) => void log.push(owner === cold ? 'park' : 'whose?') }),
    );
    run(1);
    schedule(cold, job(log, 'a', 1));
    run();
    expect(log).to.deep.equal(['idle', 'park', 'a', 'idle', 'idle']);
  });

  it('what a slice throws goes to the job and ends it; without a taker it goes on, and the others run', () => {
    const log: string[] = [];
    const { cold, run } = rig();
    const boom = (): boolean => {
      throw new Error('boom');
    };
    schedule(cold, {
      isIdle: false,
      step: boom,
      failed: (error, owner) => void log.push(`${error.message} ${owner === cold}`),
    });
    schedule(cold, { isIdle: false, step: boom });
    schedule(cold, job(log, 'a', 1));
    run(1);
    expect(() => run(1)).to.throw('boom');
    run();
    expect(log).to.deep.equal(['boom true', 'a']);
    expect(cold.isInside).to.equal(false);
  });

  it('a job taken off the list is not called again', () => {
    const log: string[] = [];
    const { cold, run } = rig();
    const one = job(log, 'a', 5);
    schedule(cold, one);
    run(2);
    unschedule(cold, one);
    run();
    expect(log).to.deep.equal(['a', 'a']);
  });

  it('a slice that did not end restarts the board', () => {
    const { cold, run, restarts } = rig();
    schedule(cold, job([], 'a', 2));
    cold.isInside = true;
    expect(() => run(1))
      .to.throw()
      .with.property('code', 'restarting');
    expect(restarts()).to.equal(1);
  });

  it('so does a serial listener that did not end', () => {
    const { cold, run, restarts, stick } = rig();
    schedule(cold, job([], 'a', 2));
    stick();
    expect(() => run(1))
      .to.throw()
      .with.property('code', 'restarting');
    expect(restarts()).to.equal(1);
  });
});
