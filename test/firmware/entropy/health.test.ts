// Health tests of dice and noise. Spec: NIST SP 800-90B 4.4.
import { expect } from 'chai';
import { DICE_MIN_ROLLS, diceFault, noiseFault } from '../../../firmware/entropy/health';
import { DICE } from '../rig';

describe('entropy/health', () => {
  it('takes DICE_MIN_ROLLS fair rolls and not one fewer', () => {
    expect(diceFault(DICE.slice(0, DICE_MIN_ROLLS))).to.equal('');
    expect(diceFault(DICE.slice(0, DICE_MIN_ROLLS - 1))).to.equal('dice-few');
    expect(diceFault('123456'.repeat(70))).to.equal('dice-many');
  });

  it('finds runs, a loaded die, and digits that no die has', () => {
    expect(diceFault(`${'3'.repeat(10)}${DICE}`)).to.equal('dice-run');
    expect(diceFault('112131415161'.repeat(10))).to.equal('dice-biased');
    expect(diceFault(`0${DICE}`)).to.equal('dice-digit');
  });

  it('finds noise that is stuck or lopsided', () => {
    expect(noiseFault(new Uint8Array(512))).to.equal('noise-repetition');
    expect(noiseFault(Uint8Array.from({ length: 512 }, (_, i) => (i % 3 ? 7 : i & 255)).fill(7, 0, 1))).to.equal('noise-proportion');
    expect(noiseFault(Uint8Array.from({ length: 512 }, (_, i) => (i * 167 + (i >> 3)) & 255))).to.equal('');
  });
});
