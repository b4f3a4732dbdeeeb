// Dialect rules that only types can show, checked on the device's TypeScript program before it is emitted.
import * as ts from 'typescript';

export interface TypeTrap {
  file: ts.SourceFile;
  start: number;
  text: string;
}

const TYPED_ARRAY = /^(Uint8|Int8|Uint16|Int16|Uint32|Int32|Float32|Float64|Uint8Clamped)Array\b/;

function trapOf(typeName: string, isArray: boolean, isFunction: boolean, property: string): string | undefined {
  if (TYPED_ARRAY.test(typeName) && property === 'slice')
    return 'slice of a typed array is a plain array on Espruino: use new Uint8Array and set';
  if ((TYPED_ARRAY.test(typeName) || isArray) && property === 'lastIndexOf')
    return 'arrays have no lastIndexOf on Espruino';
  if (TYPED_ARRAY.test(typeName) && property === 'BYTES_PER_ELEMENT')
    return 'typed arrays have no BYTES_PER_ELEMENT on Espruino';
  if (isFunction && property === 'name') return 'functions have no name on Espruino';
  if (/^(Coded)?Error$/.test(typeName) && property === 'name')
    return 'errors have no name on Espruino: branch on `code`';
  return undefined;
}

/** Finds property uses that compile but fail or differ on Espruino, in the program's own files. */
export function typeTraps(program: ts.Program): TypeTrap[] {
  const checker = program.getTypeChecker();
  const traps: TypeTrap[] = [];
  const visit = (file: ts.SourceFile, node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) {
      const property = node.name.text;
      if (
        property === 'slice' ||
        property === 'lastIndexOf' ||
        property === 'name' ||
        property === 'BYTES_PER_ELEMENT'
      ) {
        const type = checker.getTypeAtLocation(node.expression);
        const name = type.getSymbol()?.getName() ?? '';
        const text = trapOf(name, checker.isArrayType(type), type.getCallSignatures().length > 0, property);
        if (text) traps.push({ file, start: node.name.getStart(file), text });
      }
    }
    ts.forEachChild(node, (child) => visit(file, child));
  };
  for (const file of program.getSourceFiles()) if (!file.isDeclarationFile) visit(file, file);
  return traps;
}
