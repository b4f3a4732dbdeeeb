// QR codes on a terminal, two modules in a character, and the text of one that was scanned: typed in by a scanner, or a
// PNG file of it. Leaves to others: what the text means (payload.ts).
import * as fs from 'node:fs';
import jsQR from 'jsqr';
import qrcode from 'qrcode-generator';
import { fail } from '../../../protocol/errors';

/** Modules of quiet around the code, as ISO/IEC 18004 wants them. */
const QUIET = 4;
const MAX_PNG_BYTES = 20_000_000;

/** The code's modules with their quiet zone; true is dark. text: of QR's alphanumeric alphabet. */
export function qrModules(text: string): boolean[][] {
  const code = qrcode(0, 'M');
  code.addData(text, 'Alphanumeric');
  code.make();
  const size = code.getModuleCount() + 2 * QUIET;
  return Array.from({ length: size }, (_, y) =>
    Array.from(
      { length: size },
      (_unused, x) =>
        y >= QUIET && x >= QUIET && y < size - QUIET && x < size - QUIET && code.isDark(y - QUIET, x - QUIET),
    ),
  );
}

/**
 * Lines for a terminal. hasColour: dark on light whatever the terminal's colours are; without, light modules are drawn
 * and dark ones left out, which is right on a dark terminal.
 */
export function qrLines(text: string, hasColour: boolean): string[] {
  const modules = qrModules(text);
  const lines: string[] = [];
  for (let y = 0; y < modules.length; y += 2) {
    const pairs = modules[y].map((top, x) => [top, modules[y + 1]?.[x] ?? false] as const);
    const cells = hasColour ? ' ▄▀█' : '█▀▄ ';
    const line = pairs.map(([top, bottom]) => cells[(top ? 2 : 0) + (bottom ? 1 : 0)]).join('');
    lines.push(hasColour ? `\x1b[30;107m${line}\x1b[0m` : line);
  }
  return lines;
}

interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
}

/** The text of the QR code in a PNG file. Throws `no-qr`. */
export function readQrPng(file: string): string {
  if (fs.statSync(file).size > MAX_PNG_BYTES)
    throw fail('no-qr', `${file} is too large for a picture of a code: crop it`);
  const { PNG } = require('pngjs') as { PNG: { sync: { read(bytes: Buffer): Picture } } };
  let picture: Picture;
  try {
    picture = PNG.sync.read(fs.readFileSync(file));
  } catch (error) {
    throw fail('no-qr', `${file} is no PNG picture (${(error as Error).message}): save it as PNG`);
  }
  const found = jsQR(Uint8ClampedArray.from(picture.data), picture.width, picture.height);
  if (!found)
    throw fail('no-qr', `no QR code was found in ${file}: take it again, straight and whole, with its light border`);
  return found.data;
}

/** What a scanner delivered: the text itself, or the path of a PNG file of the code. Throws `no-qr`. */
export function readScan(given: string): string {
  const text = given.trim();
  if (!/\.png$/i.test(text)) return text;
  if (!fs.existsSync(text)) throw fail('no-qr', `there is no file ${text}`);
  return readQrPng(text);
}
