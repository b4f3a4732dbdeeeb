// A fact is stated once: no top-level constant of one name with one value in two files, and no exported number or text
// with another value elsewhere. A board's own data aside: pins and baud rates belong to one board each.
import * as ts from 'typescript';
import type { Check, Finding, Tree } from '../check';
import { SAME_WORD } from '../exceptions';
import { lineAt, parse, SOURCE_FOLDERS, typescriptOf } from '../tree';

interface Definition {
  path: string;
  line: number;
  value: string;
  isExported: boolean;
  /** A number or a text, which a copy can drift from. */
  isPlain: boolean;
}

const NAME = /^[A-Z][A-Z0-9_]+$/;
const BOARD_DATA = /^boards\/[^/]+\/(board|hal)\.ts$/;

export const constants: Check = {
  name: 'constants defined twice',
  find(tree) {
    const listed = new Set(SAME_WORD.map(({ name }) => name));
    const twice = [...definitionsOf(tree)].filter(([, definitions]) => isStatedTwice(definitions));
    const unused = [...listed].filter((name) => !twice.some(([each]) => each === name));
    return [
      ...twice
        .filter(([name]) => !listed.has(name))
        .map(([name, [first, ...others]]): Finding => ({
          place: `${first.path}:${first.line}`,
          text: `${name} is also in ${others.map((other) => other.path).join(', ')}`,
        })),
      ...unused.map((name): Finding => ({ place: 'tools/check/exceptions.ts', text: `${name} needs no exception` })),
    ];
  },
};

function definitionsOf(tree: Tree): Map<string, Definition[]> {
  const byName = new Map<string, Definition[]>();
  for (const path of typescriptOf(tree, SOURCE_FOLDERS)) {
    if (BOARD_DATA.test(path)) continue;
    const file = parse(tree, path);
    for (const statement of file.statements.filter(ts.isVariableStatement)) {
      const isExported = !!statement.modifiers?.some((each) => each.kind === ts.SyntaxKind.ExportKeyword);
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (!initializer || !NAME.test(name.getText())) continue;
        const line = lineAt(file.text, name.getStart());
        const value = valueOf(initializer);
        const definition = { path, line, value, isExported, isPlain: /^(-?\d+(\.\d+)?|'.*')$/.test(value) };
        byName.set(name.getText(), [...(byName.get(name.getText()) ?? []), definition]);
      }
    }
  }
  return byName;
}

/** A value in one form: `86_400_000`, `24 * 3600000` and `86400000` are the same. */
function valueOf(initializer: ts.Expression): string {
  const text = initializer.getText().replace(/\s+/g, ' ');
  if (!/^[-+*/() \d_a-fxA-F.]+$/.test(text)) return text;
  const factors = text.split('*').map((factor) => Number(factor.trim().replace(/_/g, '')));
  const product = factors.reduce((all, factor) => all * factor, 1);
  return Number.isNaN(product) ? text : String(product);
}

function isStatedTwice(definitions: readonly Definition[]): boolean {
  const inFiles = new Set(definitions.map(({ path }) => path));
  const values = new Set(definitions.map(({ value }) => value));
  if (inFiles.size < 2) return false;
  const isDrift = definitions.every(({ isPlain }) => isPlain) && definitions.some(({ isExported }) => isExported);
  return values.size < definitions.length || isDrift;
}
