// The declarations of what lies on flash against the code that uses them.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { COLD_RECORDS, HOT_RECORDS } from '../../../firmware/journal/flash-records';
import * as constants from '../../../firmware/journal/layout';
import { MAX_ACCOUNTS, placeIndex } from '../../../firmware/cold/state/state';

const ROOT = path.resolve(__dirname, '../../../..');

function sources(dir: string): string[] {
  return fs
    .readdirSync(path.join(ROOT, dir), { recursive: true })
    .map((name) => `${dir}/${String(name)}`)
    .filter((name) => name.endsWith('.ts'));
}

/** Records that a file writes, by its text: save(cold, R_X, ..), saveCbor(..), append(journal, R_X, ..). */
function writtenBy(file: string): string[] {
  const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
  return [...text.matchAll(/\b(?:save|saveCbor|append)\(\s*[\w.!]+,\s*R_([A-Z]+)/g)].map(([, name]) => name);
}

describe('declared flash records', () => {
  it('numbers are used once on a board', () => {
    for (const records of [COLD_RECORDS, HOT_RECORDS])
      expect(new Set(records.map(({ type }) => type)).size).to.equal(records.length);
    for (const { name, type } of HOT_RECORDS)
      expect((constants as unknown as { [name: string]: number })[`R_${name}`], name).to.equal(type);
  });

  it('each is written by the files that its declaration names, and by no other', () => {
    const found = new Map<string, Set<string>>();
    for (const file of [...sources('firmware/cold'), ...sources('firmware/hot')])
      for (const name of writtenBy(file)) {
        const key = `${file.includes('/hot/') ? 'hot' : 'cold'} ${name}`;
        found.set(key, (found.get(key) ?? new Set()).add(file));
      }
    for (const { board, name, writers } of [...COLD_RECORDS, ...HOT_RECORDS])
      expect([...(found.get(`${board} ${name}`) ?? [])].sort(), name).to.deep.equal([...writers].sort());
    expect(found.size).to.equal(COLD_RECORDS.length + HOT_RECORDS.length);
  });

  it('members of lists, and they alone, have the numbers from FIRST_LIST_TYPE on', () => {
    for (const { name, type, key } of COLD_RECORDS)
      expect(type >= constants.FIRST_LIST_TYPE, name).to.equal(key === 'list');
  });

  it('records of an account have a place of their own for each account', () => {
    const places = COLD_RECORDS.filter(({ key }) => key === 'account').flatMap(({ type }) =>
      Array.from({ length: MAX_ACCOUNTS }, (_, n) => placeIndex(type, n)),
    );
    expect([...places].sort((a, b) => a - b)).to.deep.equal(places.map((_, i) => i));
    for (const { name, type, key } of COLD_RECORDS)
      if (key !== 'account') expect(placeIndex(type, 0), name).to.equal(-1);
    expect(placeIndex(constants.R_ACCOUNT, MAX_ACCOUNTS)).to.equal(-1);
  });

  it('R_ARCHIVE has a change index, a mark and a count for each account', () => {
    expect(constants.ARCHIVES_MARK - constants.ARCHIVES_CHANGE).to.equal(4 * MAX_ACCOUNTS);
    expect(constants.ARCHIVES_LIVE - constants.ARCHIVES_MARK).to.equal(7 * MAX_ACCOUNTS);
    expect(constants.ARCHIVES_BYTES - constants.ARCHIVES_LIVE).to.equal(2 * MAX_ACCOUNTS);
  });
});
