// The trust protocol's model (I2, I10, I12, I13, I14): a random adversary finds nothing while all rules hold, and finds
// what each rule is for when it is left out.
import { expect } from 'chai';
import { findWithout } from '../../../protocol/model/mutations';
import { play } from '../../../protocol/model/play';
import { RULES, rulesWithout, type Rule } from '../../../protocol/model/rules';
import { createChance } from '../../../host/sim/gsm/chance';

/** Moves of one run, and runs, each with another seed. */
const MOVES = 120_000;
const RUNS = 6;
/** Found by the bench, which makes more moves. */
const RARE: Rule[] = ['witnessForReplacement'];

/** Rules whose lack breaks another promise than "nothing is paid twice, nothing void that was signed". */
const OTHERS: { [rule in Rule]?: RegExp } = {
  originTag: /signed what nobody booked/,
  ownAccountOnly: /the board is stopped by a hacked V/,
  ownIncarnation: /a V is stopped by another account/,
  receiptsAnew: /a number never ends/,
};
const PAID_TWICE_OR_FALSE_VOID = /paid twice|void|one number pays two debts/;

describe('model of the trust protocol', function () {
  this.timeout(300_000);

  it('finds nothing while all rules hold', () => {
    expect(play(createChance('share', 'model'), { rules: rulesWithout() }, MOVES)).to.equal(undefined);
  });

  it('plays the same game for the same seed', () => {
    const game = { rules: rulesWithout('coinInCommon') };
    expect(play(createChance(1, 'same'), game, MOVES)).to.deep.equal(play(createChance(1, 'same'), game, MOVES));
  });

  for (const rule of (Object.keys(RULES) as Rule[]).filter((each) => !RARE.includes(each)))
    it(`finds what is lost without the rule: ${RULES[rule]}`, () => {
      const finding = findWithout(rule, (seed) => createChance(seed, rule), { runs: RUNS, moves: MOVES });
      expect(finding?.what).to.match(OTHERS[rule] ?? PAID_TWICE_OR_FALSE_VOID);
      expect(finding!.trace.length).to.be.greaterThan(0);
    });
});
