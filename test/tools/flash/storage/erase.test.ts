// Holds tools/flash/erase: Storage is emptied, but not from under a board that keeps archives of payments in it.
import { expect } from 'chai';
import { eraseStorage } from '../../../../tools/flash/storage/erase';
import { createBench, modelImage } from '../../../../tools/flash/model/interrupted';

describe('flash: --erase', () => {
  it('empties Storage, and an upload lays it out anew', async () => {
    const bench = createBench({ seed: 'e1' });
    await bench.upload(modelImage(1, 9000));
    expect(await bench.atPrompt((prompt) => eraseStorage(prompt, false))).to.equal('done');
    expect(bench.board.storage.list()).to.deep.equal([]);
    expect(await bench.upload(modelImage(2, 20_000))).to.equal('done');
  });
  it('is refused while archives of payments are there, unless forced', async () => {
    const bench = createBench({ seed: 'e2' });
    bench.board.storage.write('archive', '\xff'.repeat(4500), 0, 20_000);
    expect(await bench.atPrompt((prompt) => eraseStorage(prompt, false))).to.equal('done');
    bench.board.storage.write('archive', '\xff'.repeat(4000) + 'payments', 0, 20_000);
    expect(await bench.atPrompt((prompt) => eraseStorage(prompt, false))).to.equal('archives-there');
    expect(bench.board.storage.list()).to.deep.equal(['archive']);
    expect(await bench.atPrompt((prompt) => eraseStorage(prompt, true))).to.equal('done');
  });
});
