// Holds tools/operator/pairing: what is drawn on a terminal is read back by a decoder, and nothing but a
// whole payload of the right end is taken.
import { expect } from 'chai';
import * as fs from 'node:fs';
import jsQR from 'jsqr';
import * as os from 'node:os';
import * as path from 'node:path';
import { aPairingFrom, pairingText, parsePairing, type Pairing } from '../../../../tools/operator/pairing/payload';
import { qrLines, qrModules, readScan } from '../../../../tools/operator/pairing/qr';

const IDENTITY = `02${'79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'}`;
const V: Pairing = { from: 'v', identity: IDENTITY };
const COLD: Pairing = { from: 'cold', identity: IDENTITY, account: 3, network: 'regtest' };
const SCALE = 4;

/** A picture, RGBA, of dark and light squares. */
function picture(isDark: boolean[][]): { data: Uint8ClampedArray; width: number; height: number } {
  const [width, height] = [isDark[0].length * SCALE, isDark.length * SCALE];
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const dark = isDark[Math.floor(i / width / SCALE)][Math.floor((i % width) / SCALE)];
    data.set([dark ? 0 : 255, dark ? 0 : 255, dark ? 0 : 255, 255], i * 4);
  }
  return { data, width, height };
}

/** What an eye sees of the lines: two squares in each character. */
function seen(lines: string[], hasColour: boolean): boolean[][] {
  const rows: boolean[][] = [];
  for (const line of lines) {
    const signs = [...line.replace(/\x1b\[[\d;]*m/g, '')];
    const top = signs.map((sign) => (sign === '█' || sign === '▀') === hasColour);
    const bottom = signs.map((sign) => (sign === '█' || sign === '▄') === hasColour);
    rows.push(top, bottom);
  }
  return rows;
}

describe('operator: QR codes', () => {
  for (const pairing of [V, COLD]) {
    for (const hasColour of [true, false]) {
      it(`what is drawn for ${pairing.from} is read back${hasColour ? '' : ', without colours'}`, () => {
        const lines = qrLines(pairingText(pairing), hasColour);
        const { data, width, height } = picture(seen(lines, hasColour));
        expect(parsePairing(jsQR(data, width, height)!.data)).to.deep.equal(pairing);
        expect(lines[0].replace(/\x1b\[[\d;]*m/g, '').length).to.be.at.most(80);
      });
    }
  }
  it('reads a PNG file, and says what is wrong with others', () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'qr-'));
    const { PNG } = require('pngjs') as { PNG: { sync: { write(png: object): Buffer } } };
    const { data, width, height } = picture(qrModules(pairingText(COLD)));
    fs.writeFileSync(path.join(dir, 'code.png'), PNG.sync.write({ data: Buffer.from(data), width, height }));
    fs.writeFileSync(
      path.join(dir, 'blank.png'),
      PNG.sync.write({ data: Buffer.alloc(40_000, 255), width: 100, height: 100 }),
    );
    fs.writeFileSync(path.join(dir, 'text.png'), 'no picture');
    expect(parsePairing(readScan(path.join(dir, 'code.png')))).to.deep.equal(COLD);
    for (const name of ['blank.png', 'text.png', 'none.png'])
      expect(() => readScan(path.join(dir, name)), name)
        .to.throw()
        .with.property('code', 'no-qr');
    expect(readScan(' CCPAIR1/V ')).to.equal('CCPAIR1/V');
  });
});

describe('operator: pairing payload', () => {
  it('is read back, typed in any case and with spaces', () => {
    for (const pairing of [V, COLD]) {
      expect(parsePairing(pairingText(pairing))).to.deep.equal(pairing);
      expect(
        parsePairing(
          ` ${pairingText(pairing)
            .toLowerCase()
            .replace(/(.{9})/g, '$1 ')}\n`,
        ),
      ).to.deep.equal(pairing);
    }
  });
  it('refuses every single wrong character', () => {
    const text = pairingText(COLD);
    for (let i = 0; i < text.length; i++) {
      const other = text.slice(0, i) + (text[i] === '7' ? '8' : '7') + text.slice(i + 1);
      expect(() => parsePairing(other), other)
        .to.throw()
        .with.property('code', 'pairing-form');
    }
  });
  it('refuses what is none, is cut, or is of the other end', () => {
    for (const text of ['', 'hello', 'CCPAIR1', pairingText(V).slice(0, -1), `${pairingText(V)}0`])
      expect(() => parsePairing(text), text)
        .to.throw()
        .with.property('code', 'pairing-form');
    expect(() => aPairingFrom('v', pairingText(COLD))).to.throw(/HSM-Cold's own/);
    expect(() => aPairingFrom('cold', pairingText(V))).to.throw(/V's own/);
  });
});
