// `chaincloud build`: compiles everything and emits the device images, with a report of their sizes.
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { BUILT_FIRMWARE, ROOT } from '../../../host/kit/package';
import { fail } from '../../../protocol/errors';
import { boardNamed } from '../../flash/boards';
import type { Command } from '../command';

interface Sizes {
  commit: string;
  crypto: { code: number; comb: number; words: number };
  images: { board: string; role: string; bytes: number; callDepth: number; callChain: string[] }[];
}

/** The build's report as a table. */
export function sizeTable(sizes: Sizes): string {
  const rows = sizes.images.map(({ board, role, bytes, callDepth }) => {
    const { storage, limits } = boardNamed(board);
    const tables = role === 'cold' ? sizes.crypto.comb + sizes.crypto.words : 0;
    const part = ((bytes + tables) / (storage.pageBytes * storage.pageCount)) * 100;
    return (
      `${board.padEnd(16)} hsm-${role.padEnd(5)} ${String(bytes).padStart(7)} bytes  with tables ` +
      `${part.toFixed(0).padStart(3)} % of Storage  calls ${callDepth} deep (board: ` +
      `${limits.callDepth})`
    );
  });
  return [
    `commit ${sizes.commit}`,
    ...rows,
    `crypto.js ${sizes.crypto.code}, comb ${sizes.crypto.comb}, words ${sizes.crypto.words} bytes`,
    '',
  ].join('\n');
}

export const buildCommand: Command = {
  name: 'build',
  summary: 'builds the images of every board and reports their sizes',
  flags: {
    json: { help: 'the size report as JSON' },
    check: { help: 'builds twice and compares: the same commit gives the same bytes' },
  },
  async run(input) {
    const images = (): Map<string, string> =>
      new Map(
        sizes().images.map(({ board, role }) => [
          `${board}/hsm-${role}`,
          readFileSync(path.join(BUILT_FIRMWARE, board, `hsm-${role}.js`), 'latin1'),
        ]),
      );
    const sizes = (): Sizes => JSON.parse(readFileSync(path.join(BUILT_FIRMWARE, 'sizes.json'), 'utf8')) as Sizes;
    const { ensureBuilt, isInstalled } = require(path.join(ROOT, 'tools', 'ensure-built.js')) as {
      ensureBuilt(isForced: boolean): void;
      isInstalled(): boolean;
    };
    if (isInstalled() && input.switches.check)
      throw fail('no-sources', 'an installed package is built and has no sources: check in a checkout of the project');
    ensureBuilt(true);
    if (input.switches.check) {
      const first = images();
      ensureBuilt(true);
      for (const [name, code] of images())
        if (first.get(name) !== code)
          throw fail(
            'not-reproducible',
            `${name} came out differently the second time: report this, and flash neither`,
          );
    }
    process.stdout.write(input.switches.json ? `${JSON.stringify(sizes())}\n` : sizeTable(sizes()));
    return 0;
  },
};
