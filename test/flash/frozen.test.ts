/**
 * What lies on flash today, octet by octet: device page, journal, archives, batch cache, state backup
 * (test/vectors/flash). The octets change once more before they are frozen; until then a deliberate change of a format
 * runs `node dist/test/flash/freeze.js` and says so in CHANGELOG. A change that nobody meant is changed back.
 */
import { expect } from 'chai';
import { COLD_RECORDS, HOT_RECORDS } from '../../firmware/journal/flash-records';
import { showAccount, status, valueOf, restore, restoreState, setTime } from '../../host/operator';
import { DICE, PIN, START_S, makeRig, type Rig } from '../firmware/rig';
import { frozenOf, octetsOfRows, type Frozen } from './annotate';
import { produced, vectorFile } from './freeze';

const PARTS = ['cold', 'hot', 'restored', 'backup'];
const PAGES = 16;

/** A rig whose HSM-Cold and HSM-Hot have the octets of the vectors. */
function rigOf(part: string): Rig {
  const rig = makeRig({ seed: 'flash read' });
  rig.coldOff();
  rig.hotOff();
  const cold = octetsOfRows(vectorFile(part).rows, PAGES);
  rig.cold.flash.cells.set(cold.cells);
  cold.files.forEach((bytes, name) => {
    if (name === 'archive') rig.cold.flash.archived.set(bytes);
    else rig.cold.files.set(name, bytes);
  });
  rig.hot.flash.cells.set(octetsOfRows(vectorFile('hot').rows, PAGES).cells);
  rig.hotOn();
  rig.coldOn();
  return rig;
}

describe('flash formats of today', function () {
  this.timeout(300_000);
  let made: Frozen;

  before(() => {
    made = frozenOf(produced());
  });

  for (const part of PARTS)
    it(`the firmware writes ${part}.json`, () => {
      const { rows } = vectorFile(part);
      expect(made[part].map(({ name }) => name)).to.deep.equal(rows.map(({ name }) => name));
      rows.forEach((row, i) => expect(JSON.parse(JSON.stringify(made[part][i])), row.name).to.deep.equal(row));
    });

  it('has a row of every declared record', () => {
    const names = (part: string): string[] => vectorFile(part).rows.map(({ name }) => name);
    const missing = [
      ...COLD_RECORDS.filter(({ name }) => ![...names('cold'), ...names('restored')].includes(`R_${name}`)),
      ...HOT_RECORDS.filter(({ name }) => !names('hot').includes(`R_${name}`)),
    ];
    expect(missing.map(({ board, name }) => `${board} ${name}`)).to.deep.equal([]);
  });

  it('a board reads what the vectors hold: it unlocks itself, has two accounts and an alarm', async () => {
    const rig = rigOf('cold');
    await rig.world.run(10_000);
    const lines = await rig.world.finish(status(rig.coldConsole));
    expect(valueOf(lines, 'state')).to.equal('unlocked');
    expect(lines.find((line) => line.startsWith('account 0 '))).to.match(/^account 0 closed forgery .* alarm forgery /);
    expect(lines.find((line) => line.startsWith('payments '))).to.match(/^payments 23 archived 16 /);
    expect((await rig.world.finish(showAccount(rig.coldConsole, 1))).script).to.equal('p2pkh');
    const log = await rig.world.finish(rig.hotConsole.run('log'));
    expect(log.filter((line) => line.startsWith('log 1 '))).to.have.length(1);
  });

  it('a new board takes the backup that the vectors hold', async () => {
    const { words, rows } = vectorFile('backup');
    const text = rows.map((row) => Buffer.from(row.pieces.map(([, hex]) => hex).join(''), 'hex').toString('base64'));
    const rig = makeRig({ seed: 'flash backup' });
    const ceremony = { words, dice: DICE, hostEntropy: new Uint8Array(32).fill(4), pin: PIN };
    await rig.world.finish(restore(rig.coldConsole, ceremony));
    await rig.world.finish(setTime(rig.coldConsole, START_S + 100_000, PIN));
    await rig.world.finish(restoreState(rig.coldConsole, text.join('\n'), { pin: PIN, channelIds: [1, 0] }));
    expect((await rig.world.finish(showAccount(rig.coldConsole, 1))).script).to.equal('p2pkh');
  });
});
