// What an image asks of the board's stack and memory. How deep its own calls go: the longest chain of direct calls
// between functions named at the top level. A board with Espruino's stack of 25,000 bytes carries some 15 to 25. Calls
// through tables, listeners and closures are not seen, and a recursion counts once, so this is a lower bound: a figure
// for the size report, not a proof.
import { parse } from 'acorn';
import { isFunction, walk, type AnyNode, type FunctionNode } from './dialect-walk';

export interface CallDepth {
  depth: number;
  /** Offsets within the chain's functions in the text, the outermost first. */
  chain: number[];
}

/**
 * Finds the longest chain in `code`. isTaken: is a call between two functions, by offsets within them, one that a board
 * makes.
 */
export function callDepthOf(
  code: string,
  isTaken: (caller: number, callee: number) => boolean = () => true,
): CallDepth {
  const program = parse(code, { ecmaVersion: 5 });
  const bodies = new Map<string, AnyNode>();
  for (const statement of program.body as AnyNode[])
    if (statement.type === 'FunctionDeclaration' && statement.id) bodies.set(statement.id.name, statement);
  const calls = new Map<string, Set<string>>();
  for (const [name, body] of bodies) {
    const callees = new Set<string>();
    walk(body, (node) => {
      if (node !== body && isFunction(node)) return false;
      if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && bodies.has(node.callee.name))
        callees.add(node.callee.name);
      return undefined;
    });
    calls.set(name, callees);
  }
  const placeOf = (name: string): number => ((bodies.get(name) as FunctionNode).body.start ?? 0) + 1;
  const longest = new Map<string, string[]>();
  const chainOf = (name: string, onPath: Set<string>): string[] => {
    const known = longest.get(name);
    if (known) return known;
    let best: string[] = [];
    onPath.add(name);
    for (const callee of calls.get(name) ?? []) {
      if (onPath.has(callee) || !isTaken(placeOf(name), placeOf(callee))) continue;
      const chain = chainOf(callee, onPath);
      if (chain.length > best.length) best = chain;
    }
    onPath.delete(name);
    const chain = [name, ...best];
    longest.set(name, chain);
    return chain;
  };
  let best: string[] = [];
  for (const name of bodies.keys()) {
    const chain = chainOf(name, new Set());
    if (chain.length > best.length) best = chain;
  }
  return { depth: best.length, chain: best.map(placeOf) };
}

/** Measured in the genuine interpreter: a function at the top, and one more for each parameter. */
const VARIABLES_PER_FUNCTION = 4;

/** How many functions stand at the top, and what they cost in variables. */
export function functionFigures(code: string): { functions: number; functionVariables: number } {
  const found = parse(code, { ecmaVersion: 5 }).body.filter((one) => one.type === 'FunctionDeclaration');
  const functionVariables = found.reduce((sum, one) => sum + VARIABLES_PER_FUNCTION + one.params.length, 0);
  return { functions: found.length, functionVariables };
}
