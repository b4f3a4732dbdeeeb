// Holds the map of the sources: imports point inward (boards -> firmware -> protocol <- host <- tools), device code
// uses nothing of Node, and what the project says of itself names no machine. Spec: ARCHITECTURE.md, "The parts".
import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const ROOT = resolve(__dirname, '..', '..');

/**
 * Folder → folders that it may import from besides itself. The simulator (host/sim) also drives boards' data and
 * firmware types.
 */
const MAY_IMPORT: Record<string, string[]> = {
  protocol: [],
  firmware: ['protocol'],
  boards: ['firmware', 'protocol'],
  host: ['protocol', 'firmware', 'boards'],
  tools: ['host', 'protocol', 'firmware', 'boards'],
};

/** The same within host/; host/index.ts and the simulator import all. */
const HOST_MAY_IMPORT: Record<string, string[] | undefined> = {
  kit: [],
  bitcoin: ['kit'],
  v1: ['kit', 'bitcoin'],
  chain: ['kit', 'bitcoin'],
  api: ['kit', 'bitcoin', 'v1', 'chain'],
  gateway: ['kit', 'bitcoin', 'api'],
};

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesBelow(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [
    ...text.matchAll(
      /^(?:import|export)[^'"]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)|\brequire\('([^']+)'\)/gms,
    ),
  ].map((m) => m[1] ?? m[2] ?? m[3] ?? m[4]);
}

describe('the map of the sources', () => {
  for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
    it(`${folder}/ imports only from ${[folder, ...allowed].join(', ')}`, () => {
      const wrong: string[] = [];
      for (const file of sourcesBelow(join(ROOT, folder))) {
        for (const name of importsOf(file)) {
          if (!name.startsWith('.')) continue;
          const target = relative(ROOT, resolve(dirname(file), name)).split(sep)[0];
          // Benchmarks measure on the tests' own fixtures.
          if (target === 'test' && relative(ROOT, file).startsWith(join('tools', 'bench'))) continue;
          if (target !== folder && !allowed.includes(target)) wrong.push(`${relative(ROOT, file)} imports ${name}`);
        }
      }
      expect(wrong).to.deep.equal([]);
    });
  }

  it('host: the kit stands below all, bitcoin above it; only the simulator has a node of its own', () => {
    const wrong: string[] = [];
    for (const file of sourcesBelow(join(ROOT, 'host'))) {
      const [room, name] = relative(join(ROOT, 'host'), file).split(sep) as [string, string | undefined];
      for (const imported of importsOf(file)) {
        if (imported === 'bcoin' && room !== 'sim') wrong.push(`${room}/${name} imports bcoin`);
        const target = relative(join(ROOT, 'host'), resolve(dirname(file), imported)).split(sep)[0];
        if (!imported.startsWith('.') || target === '..' || target === room || name === undefined) continue;
        const allowed = HOST_MAY_IMPORT[room];
        if (target === 'sim' || (allowed && !allowed.includes(target)))
          wrong.push(`${room}/${name} imports ${imported}`);
      }
    }
    expect(wrong).to.deep.equal([]);
  });

  it("host programs take nothing of the firmware but modem driver, records' layout, types, simulated boards", () => {
    const wrong: string[] = [];
    for (const file of sourcesBelow(join(ROOT, 'host'))) {
      const place = relative(join(ROOT, 'host'), file);
      if (place.startsWith(`sim${sep}`) || place.startsWith(`modem${sep}`)) continue;
      const text = readFileSync(file, 'utf8');
      for (const match of text.matchAll(/^(import|export) (type )?[^;]*?from '([^']*(?:firmware|boards)\/[^']+)'/gms)) {
        if (!match[2] && !/firmware\/(modem|journal\/layout$)/.test(match[3]))
          wrong.push(`${place} imports ${match[3]}`);
      }
    }
    expect(wrong).to.deep.equal([]);
  });

  for (const folder of ['protocol', 'firmware', 'boards']) {
    it(`${folder}/ imports no package, only modules that Espruino has`, () => {
      const wrong = sourcesBelow(join(ROOT, folder)).flatMap((file) =>
        importsOf(file)
          .filter((name) => !name.startsWith('.') && !['Storage', 'Flash', 'crypto', 'fs'].includes(name))
          .map((name) => `${relative(ROOT, file)} imports ${name}`),
      );
      expect(wrong).to.deep.equal([]);
    });
  }
});
