// Holds firmware/cold/scheduler.ts: tasks run step by step in turn, urgent ones before idle ones; idle tasks free their
// memory first; errors reach the task.
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
  const cold = { hal, state: {}, tasks: [], isTicking: false, isInside: false } as unknown as Cold;
  const run = (most = 100): void => {
    while (events.length && most-- > 0) events.shift()!();
  };
  return { cold, run, tidied: () => tidied, restarts: () => restarts, stick: () => void (isStuck = true) };
}

function task(log: string[], name: string, steps: number, extra: Partial<Task> = {}): Task {
  return { isIdle: false, step: () => (log.push(name), --steps > 0), ...extra };
}

describe('cold/scheduler', () => {
  it('runs urgent tasks in the order of arrival, idle ones when nothing else is left', () => {
    const log: string[] = [];
    const { cold, run, tidied } = rig();
    schedule(cold, task(log, 'idle', 2, { isIdle: true }));
    schedule(cold, task(log, 'a', 2));
    schedule(cold, task(log, 'b', 1));
    run();
    expect(log).to.deep.equal(['a', 'a', 'b', 'idle', 'idle']);
    expect(tidied(), 'memory is tidied before every step').to.equal(5);
    expect(cold.tasks).to.deep.equal([]);
  });

  it('an idle task is parked before other tasks and not before its own steps', () => {
    const log: string[] = [];
    const { cold, run } = rig();
    schedule(
      cold,
      task(log, 'idle', 3, { isIdle: true, park: (owner) => void log.push(owner === cold ? 'park' : 'whose?') }),
    );
    run(1);
    schedule(cold, task(log, 'a', 1));
    run();
    expect(log).to.deep.equal(['idle', 'park', 'a', 'idle', 'idle']);
  });

  it('what a step throws goes to its task and ends it; without `failed` it is thrown on, and the others run', () => {
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
    schedule(cold, task(log, 'a', 1));
    run(1);
    expect(() => run(1)).to.throw('boom');
    run();
    expect(log).to.deep.equal(['boom true', 'a']);
    expect(cold.isInside).to.equal(false);
  });

  it('a task taken off the list is not called again', () => {
    const log: string[] = [];
    const { cold, run } = rig();
    const one = task(log, 'a', 5);
    schedule(cold, one);
    run(2);
    unschedule(cold, one);
    run();
    expect(log).to.deep.equal(['a', 'a']);
  });

  it('a step that did not end restarts the board', () => {
    const { cold, run, restarts } = rig();
    schedule(cold, task([], 'a', 2));
    cold.isInside = true;
    expect(() => run(1))
      .to.throw()
      .with.property('code', 'restarting');
    expect(restarts()).to.equal(1);
  });

  it('so does a serial listener that did not end', () => {
    const { cold, run, restarts, stick } = rig();
    schedule(cold, task([], 'a', 2));
    stick();
    expect(() => run(1))
      .to.throw()
      .with.property('code', 'restarting');
    expect(restarts()).to.equal(1);
  });
});
