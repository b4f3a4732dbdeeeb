/**
 * The octets of version 2, annotated (test/vectors/wire/v02.json).
 * Until the first board of this version is delivered they change with the declaration; from then on DO NOT CHANGE THE
 * TEST OR ITS OCTETS: change the code back, or give the new form a version number and a folder of its own.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect } from 'chai';
import { produceV02 } from './produce';

interface Frozen {
  name: string;
  /** [what it is, hexadecimal], in order. */
  pieces: [string, string][];
}

const frozen: Frozen[] = JSON.parse(
  fs.readFileSync(path.resolve(__dirname, '../../../../test/vectors/wire/v02.json'), 'utf8'),
).rows;

describe('wire version 2 is frozen', () => {
  const produced = produceV02();

  it('has every row', () => {
    expect(Object.keys(produced)).to.deep.equal(frozen.map((row) => row.name));
  });

  for (const row of frozen) {
    it(row.name, () => {
      expect(Buffer.from(produced[row.name] ?? []).toString('hex')).to.equal(
        row.pieces.map(([, octets]) => octets).join(''),
      );
    });
  }
});
