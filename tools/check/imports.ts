// Imports between the files of a tree: `import` and `export ... from` (types too), `import()` and `require`.
import { posix } from 'node:path';
import * as ts from 'typescript';
import type { Tree } from './check';

/** What a file imports, as written. */
export function importsOf(tree: Tree, path: string): string[] {
  return ts.preProcessFile(tree.files.get(path)!, true, true).importedFiles.map((file) => file.fileName);
}

/** The file of the tree that a relative import of `from` names, or undefined. */
export function resolveImport(tree: Tree, from: string, name: string): string | undefined {
  if (!name.startsWith('.')) return undefined;
  const target = posix.join(posix.dirname(from), name);
  return [`${target}.ts`, `${target}/index.ts`, target, `${target}.d.ts`].find((path) => tree.files.has(path));
}
