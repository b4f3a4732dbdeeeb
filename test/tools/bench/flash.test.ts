// Holds the flash bench: a bounded share of its 500 interrupted uploads.
import { expect } from 'chai';
import { interruptedUploads } from '../../../tools/bench/flash';

describe('bench: flash', () => {
  it('60 uploads interrupted at random points: every board boots the old or the new image', async () => {
    const { good, completed, switched } = await interruptedUploads(60, 'test');
    expect(good).to.equal(60);
    expect(switched).to.be.greaterThan(3);
    expect(completed).to.be.lessThan(60);
  });
});
