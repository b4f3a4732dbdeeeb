// Holds: Storage in the interpreter's own format (jsflash.h: 32-byte header, 28-character name, alignment 4), so that
// the genuine interpreter and the simulated board read each other's content.
import { expect } from 'chai';
import { createFlash } from '../../../../../host/sim/board';
import { openStorage } from '../../../../../host/sim/board/node/storage';

const SMALL = { pageBytes: 256, pageCount: 4 };
const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value, 'latin1'));

describe('sim/board storage', () => {
  it('writes a header and the content, aligned', () => {
    const flash = createFlash(SMALL);
    openStorage(flash).write('a', text('hello'));
    const bytes = Buffer.from(flash.read(0, 44));
    expect(bytes.readUInt32LE(0)).to.equal(5);
    expect(bytes.toString('latin1', 4, 32)).to.equal('a' + '\0'.repeat(27));
    expect(bytes.toString('latin1', 32, 37)).to.equal('hello');
    openStorage(flash).write('b', text('x'));
    expect(Buffer.from(flash.read(40, 4)).readUInt32LE(0)).to.equal(1);
  });

  it('replaces, erases, lists', () => {
    const storage = openStorage(createFlash(SMALL));
    storage.write('a', text('1'));
    storage.write('b', text('2'));
    storage.write('a', text('other'));
    expect(storage.list()).to.deep.equal(['b', 'a']);
    expect(Buffer.from(storage.read('a') ?? []).toString()).to.equal('other');
    storage.erase('a');
    storage.erase('a');
    expect(storage.read('a')).to.equal(undefined);
    expect(storage.list()).to.deep.equal(['b']);
  });

  it('leaves a file alone that is written again as it is', () => {
    const flash = createFlash(SMALL);
    const storage = openStorage(flash);
    storage.write('a', text('same'));
    const before = flash.stats().writes;
    storage.write('a', text('same'));
    expect(flash.stats().writes).to.equal(before);
  });

  it('writes in parts, each part once', () => {
    const storage = openStorage(createFlash(SMALL));
    storage.write('a', text('ab'), 0, 6);
    storage.write('a', text('cd'), 2);
    storage.write('a', text('ef'), 4);
    expect(Buffer.from(storage.read('a') ?? []).toString()).to.equal('abcdef');
    expect(() => storage.write('a', text('xx'), 2)).to.throw('already written');
    expect(() => storage.write('a', text('xyz'), 4)).to.throw('Too much data');
    expect(() => storage.write('b', text('x'), 4)).to.throw('Unable to find');
  });

  it('refuses a file of no bytes and one without room, keeping the rest', () => {
    const storage = openStorage(createFlash(SMALL));
    storage.write('keep', text('me'));
    expect(() => storage.write('a', new Uint8Array(0))).to.throw('zero length');
    expect(() => storage.write('a', new Uint8Array(1000)))
      .to.throw()
      .with.property('code', 'storage');
    expect(Buffer.from(storage.read('keep') ?? []).toString()).to.equal('me');
  });

  it('takes the room of replaced files back when it is needed', () => {
    const storage = openStorage(createFlash(SMALL));
    storage.write('keep', text('me'));
    for (let i = 0; i < 50; i++)
      storage.write(
        'a',
        Uint8Array.from({ length: 300 }, (_, n) => (n + i) & 255),
      );
    expect(storage.list()).to.deep.equal(['keep', 'a']);
    expect(storage.read('a')?.[0]).to.equal(49);
  });

  it('cuts a name at 28 characters, as the interpreter does', () => {
    const storage = openStorage(createFlash(SMALL));
    storage.write('a_name_that_is_longer_than_28_characters', text('x'));
    expect(storage.list()).to.deep.equal(['a_name_that_is_longer_than_2']);
  });
});
