/**
 * `npm run generate`: writes the files and regions that are made from declarations. What they are is in products.ts.
 * TypeScript is formatted as the rest of the sources.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as prettier from 'prettier';
import { ROOT } from '../../host/kit/package';
import type { Product } from './product';
import { PRODUCTS } from './products';

async function formatted(file: string, text: string): Promise<string> {
  if (!file.endsWith('.ts')) return text;
  const config = await prettier.resolveConfig(path.join(ROOT, file));
  return prettier.format(text, { ...config, parser: 'typescript' });
}

/** Every generated file as it should be: name from the root → text. */
export async function generate(products: Product[] = PRODUCTS): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const { file, make } of products) {
    const place = path.join(ROOT, file);
    const before = texts.get(file) ?? (fs.existsSync(place) ? fs.readFileSync(place, 'utf8') : '');
    texts.set(file, make(before));
  }
  for (const [file, text] of texts) texts.set(file, await formatted(file, text));
  return texts;
}

/** Names of the files that are not as the declarations make them. */
export async function outdated(): Promise<string[]> {
  const texts = [...(await generate())];
  return texts
    .filter(([file, text]) => {
      const place = path.join(ROOT, file);
      return !fs.existsSync(place) || fs.readFileSync(place, 'utf8') !== text;
    })
    .map(([file]) => file);
}

async function main(): Promise<void> {
  const stale = new Set(await outdated());
  for (const [file, text] of await generate()) {
    if (!stale.has(file)) continue;
    fs.mkdirSync(path.dirname(path.join(ROOT, file)), { recursive: true });
    fs.writeFileSync(path.join(ROOT, file), text);
    process.stdout.write(`${file}\n`);
  }
}

if (require.main === module)
  main().catch((error: Error) => {
    process.stderr.write(`generate: ${error.message}\n`);
    process.exitCode = 1;
  });
