// Random operations against a plain model, with power cuts at any flash operation of any of them and of the start after
// it. MODEL_STEPS sets how many steps (the long run is 100,000).
import { expect } from 'chai';
import { anOp, chance } from './model';
import { makeMachine, step } from './world';

const STEPS = Number(process.env.MODEL_STEPS ?? 3000);
const STEPS_A_BOARD = 1000;

describe('model', () => {
  it(`agrees over ${STEPS} random steps with power cuts`, () => {
    let done = 0;
    let cuts = 0;
    for (let seed = 1; done < STEPS; seed++) {
      const next = chance(seed * 7919);
      const machine = makeMachine({ archivePages: 100 });
      for (let n = 0; n < STEPS_A_BOARD && done < STEPS; n++, done++) {
        const op = anOp(next, n);
        const cut = next() < 0.4 ? 1 + Math.floor(next() * 6) : 0;
        if (cut) cuts++;
        step(machine, op, cut, [0, 0.3, 0.9][Math.floor(next() * 3)], next() < 0.5 ? 1 + Math.floor(next() * 80) : 0);
      }
    }
    expect(cuts).to.be.greaterThan(STEPS / 5);
  }).timeout(3_600_000);
});
