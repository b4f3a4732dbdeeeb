// Health tests of dice and noise. Spec: NIST SP 800-90B 4.4.
import { expect } from 'chai';
import { DICE_MIN_ROLLS, NOISE_SAMPLE_BYTES, diceFault, noiseFault } from '../../../../firmware/cold/secrets/health';
import { DICE } from '../../rig';

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
    expect(noiseFault(Uint8Array.from({ length: 512 }, (_, i) => (i % 3 ? 7 : i & 255)).fill(7, 0, 1))).to.equal(
      'noise-proportion',
    );
    expect(noiseFault(Uint8Array.from({ length: 512 }, (_, i) => (i * 167 + (i >> 3)) & 255))).to.equal('');
  });
});

/** NOISE_SAMPLE_BYTES octets of which `count` are the first one's value, never more than two in a row. */
function lopsided(count: number): Uint8Array {
  const noise = Uint8Array.from({ length: NOISE_SAMPLE_BYTES }, (_, i) => (i % 3 < 2 ? 7 : 100 + (i & 63)));
  let same = noise.filter((octet) => octet === 7).length;
  for (let i = noise.length - 1; same > count; i--) {
    if (noise[i] !== 7) continue;
    noise[i] = 200 + (i & 31);
    same--;
  }
  return noise;
}

/** Noise without a fault, with `count` equal octets in a row from `at`. */
function stuck(count: number, at: number): Uint8Array {
  const noise = Uint8Array.from({ length: NOISE_SAMPLE_BYTES }, (_, i) => i & 127);
  noise.fill(222, at, at + count);
  return noise;
}

describe('entropy/health cut-offs', () => {
  for (const at of [0, 100, NOISE_SAMPLE_BYTES - 31]) {
    it(`repetition count: 30 pass, 31 do not, from octet ${at}`, () => {
      expect(noiseFault(stuck(30, at))).to.equal('');
      expect(noiseFault(stuck(31, at))).to.equal('noise-repetition');
    });
  }

  it('adaptive proportion: 324 of 512 pass, 325 do not', () => {
    expect(lopsided(324).filter((octet) => octet === 7)).to.have.length(324);
    expect(noiseFault(lopsided(324))).to.equal('');
    expect(noiseFault(lopsided(325))).to.equal('noise-proportion');
  });
});
