import { expect } from 'chai';
import { BOARD } from '../../../../../boards/linux/board';
import { espruinoBuild } from '../../../../../host/sim/board/espruino/build';

describe('sim: what a build of the interpreter is', () => {
  it('says what is no interpreter', () => {
    for (const path of ['/bin/true', '/nowhere/espruino'])
      expect(() => espruinoBuild(path))
        .to.throw()
        .with.property('code', 'no-espruino');
  });

  it('knows the size of its variables and of its Storage', function () {
    if (!process.env.ESPRUINO) return this.skip(); // needs ESPRUINO=path of a Linux build of Espruino
    const build = espruinoBuild(process.env.ESPRUINO);
    expect(build.blockBytes).to.be.within(12, 64);
    expect(build.storageBytes).to.be.within(BOARD.storage.pageBytes, BOARD.storage.pageBytes * BOARD.storage.pageCount);
    expect(espruinoBuild(process.env.ESPRUINO)).to.equal(build);
  });
});
