/**
 * The octets of version 1 as they were when it was published, annotated (test/vectors/wire/v01.json).
 * IF THIS FAILS, DO NOT CHANGE THE TEST OR ITS OCTETS: devices in the field speak them. Change the code back, or give
 * the new form a new version number and a folder of its own.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect } from 'chai';
import { produceV01 } from './produce';

interface Frozen {
  name: string;
  /** [what it is, hexadecimal], in order. */
  pieces: [string, string][];
}

const frozen: Frozen[] = JSON.parse(
  fs.readFileSync(path.resolve(__dirname, '../../../../test/vectors/wire/v01.json'), 'utf8'),
).rows;

describe('wire version 1 is frozen', () => {
  const produced = produceV01();

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
