// Reads the checkout for the checks, and parses its TypeScript.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import type { Tree } from './check';

/** Top-level folders of sources, inmost first. */
export const SOURCE_FOLDERS = ['protocol', 'firmware', 'boards', 'host', 'tools'] as const;

const READ_FOLDERS = [...SOURCE_FOLDERS, 'test', 'docs'];
const READ_TYPES = /\.(ts|js|mjs|md|cddl|json)$/;
const NOT_READ = /^test\/vectors\//;

/** Reads what the checks look at: sources, tests and documents below the root, and the root's own files. */
export function readTree(root: string): Tree {
  const files = new Map<string, string>();
  const below = (folder: string, isDeep: boolean) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      if (entry.isDirectory()) {
        if (isDeep || READ_FOLDERS.includes(path)) below(path, true);
      } else if (READ_TYPES.test(path) && !NOT_READ.test(path)) {
        files.set(path, readFileSync(join(root, path), 'utf8'));
      }
    }
  };
  below('', false);
  return { root, files };
}

/** Paths of the tree's TypeScript below these top-level folders. */
export function typescriptOf(tree: Tree, folders: readonly string[]): string[] {
  return [...tree.files.keys()].filter((path) => path.endsWith('.ts') && folders.includes(path.split('/')[0]));
}

/** Parses a file of the tree, without types. */
export function parse(tree: Tree, path: string): ts.SourceFile {
  return ts.createSourceFile(path, tree.files.get(path)!, ts.ScriptTarget.ES2022, true);
}

/** Line (from 1) of a position in a text. */
export function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}
