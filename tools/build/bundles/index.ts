// Packages that would bring install scripts or a hundred others to a user are bundled into one file each, with the
// licences of all that went in: dist/bundled/NAME.js and NAME.licences.txt. The bundle takes the place of the package
// everywhere, so that tests run what a user runs.
import { build } from 'esbuild';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ROOT } from '../../../host/kit/package';
import { fail } from '../../../protocol/errors';

const OUT = path.join(ROOT, 'dist', 'bundled');
const BUNDLED = ['bcoin', 'cbor-x'] as const;

/** Bundles every package of the list. Throws code `no-bundle`. */
export async function buildBundles(): Promise<void> {
  for (const name of BUNDLED) {
    const { metafile } = await build({
      absWorkingDir: ROOT,
      entryPoints: [path.join('tools', 'build', 'bundles', `${name}.js`)],
      outfile: path.join(OUT, `${name}.js`),
      bundle: true,
      platform: 'node',
      target: 'node20',
      inject: [path.join('tools', 'build', 'bundles', 'buffer.mjs')],
      // The packages' own JavaScript in place of what they would compile.
      define: { 'process.env.NODE_BACKEND': '"js"' },
      // The chain is kept in memory: its database on disk is never opened.
      alias: { leveldown: 'bdb/lib/memdb' },
      metafile: true,
      logLevel: 'error',
    }).catch((error: Error) => {
      throw fail('no-bundle', `${name} cannot be bundled (${error.message}): run "npm ci" again`);
    });
    fs.writeFileSync(path.join(OUT, `${name}.licences.txt`), licencesOf(Object.keys(metafile.inputs)));
  }
}

/** The licence texts of the packages that these files belong to, each under the package's name and version. */
export function licencesOf(files: readonly string[]): string {
  const folders = files.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))]
    .sort()
    .map((folder) => {
      const about = JSON.parse(fs.readFileSync(path.join(ROOT, folder, 'package.json'), 'utf8')) as PackageFile;
      const file = fs.readdirSync(path.join(ROOT, folder)).find((name) => /^licen[cs]e/i.test(name));
      const text = file ? fs.readFileSync(path.join(ROOT, folder, file), 'utf8').trim() : `Licence: ${about.license}`;
      return `${about.name} ${about.version}\n\n${text}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

interface PackageFile {
  name: string;
  version: string;
  license?: string;
}
