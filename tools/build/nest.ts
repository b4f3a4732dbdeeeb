// Saves variables on the board. Espruino spends 4 variables on every function at the top level and one on each of its
// parameters, for as long as the image runs; a function inside another costs nothing until that one is called. So a
// function that only one other leads to is moved into it, before names are shortened. Works on whole lines of the
// bundler's output, so the source map is moved along line by line.
//
// Moved is only what keeps its meaning: functions that are called and never handed on as values; into functions that make
// no closures, so that nothing outlives the call; where no name would be captured or hidden. Which sources may take part
// is the caller's choice: a nested function is made anew at every call, so what runs often stays at the top.
import { parse } from 'acorn';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { declaredIn, isFunction, isReference, walk, type AnyNode } from './dialect-walk';

interface Fn {
  name: string;
  node: AnyNode;
  firstLine: number;
  lastLine: number;
  /** Top-level functions it calls. */
  calls: Set<string>;
  /** Every outer name it uses. */
  free: Set<string>;
  /** Names it declares. */
  own: Set<string>;
  hasClosure: boolean;
  mayMove: boolean;
}

const ROOT = '';

/** Reads the top-level functions. Answers them and the names that the rest of the program uses. */
function readFunctions(code: string, mayMoveLine: (line: number) => boolean): { fns: Map<string, Fn>; held: Set<string> } {
  const program = parse(code, { ecmaVersion: 5, locations: true });
  const lines = code.split('\n');
  const fns = new Map<string, Fn>();
  const held = new Set<string>();
  for (const node of program.body as AnyNode[]) {
    if (node.type !== 'FunctionDeclaration' || !node.id || !node.loc) continue;
    const { start, end } = node.loc;
    const { fixed, vars } = declaredIn(node);
    const isWhole = start.column === 0 && end.column === lines[end.line - 1].length && start.line < end.line && lines[start.line - 1].endsWith('{') && lines[end.line - 1] === '}';
    const fn: Fn = { name: node.id.name, node, firstLine: start.line - 1, lastLine: end.line - 1, calls: new Set(), free: new Set(), own: new Set([...fixed, ...vars.map((one) => one.name)]), hasClosure: false, mayMove: isWhole && mayMoveLine(start.line - 1) };
    fns.set(fn.name, fn);
  }
  for (const node of program.body as AnyNode[]) {
    const fn = node.type === 'FunctionDeclaration' && node.id ? fns.get(node.id.name) : undefined;
    walk(node, (one, parents) => {
      if (one !== node && isFunction(one) && fn) fn.hasClosure = true;
      const parent = parents[parents.length - 1];
      if (!isReference(one, parent)) return;
      if (!fn) return void held.add(one.name);
      if (!fn.own.has(one.name)) fn.free.add(one.name);
      const isCall = parent?.type === 'CallExpression' && parent.callee === one;
      const isAssigned = parent?.type === 'AssignmentExpression' && parent.left === one;
      if (!isCall || isAssigned) held.add(one.name);
      else if (fns.has(one.name) && !fn.own.has(one.name)) fn.calls.add(one.name);
    });
  }
  return { fns, held };
}

/** Immediate dominators of every function, from the program's top (`ROOT`), by the iteration of Cooper, Harvey and Kennedy. */
function dominators(fns: Map<string, Fn>, held: ReadonlySet<string>): Map<string, string> {
  const callees = (name: string): Iterable<string> => (name === ROOT ? [...held].filter((one) => fns.has(one)) : (fns.get(name) as Fn).calls);
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const callee of callees(name)) visit(callee);
    order.push(name);
  };
  visit(ROOT);
  order.reverse();
  const rank = new Map(order.map((name, i) => [name, i]));
  const callers = new Map<string, string[]>();
  for (const name of order) for (const callee of callees(name)) callers.set(callee, [...(callers.get(callee) ?? []), name]);
  const idom = new Map<string, string>([[ROOT, ROOT]]);
  const meet = (a: string, b: string): string => {
    while (a !== b) {
      while ((rank.get(a) as number) > (rank.get(b) as number)) a = idom.get(a) as string;
      while ((rank.get(b) as number) > (rank.get(a) as number)) b = idom.get(b) as string;
    }
    return a;
  };
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const name of order.slice(1)) {
      let best: string | undefined;
      for (const caller of callers.get(name) ?? []) if (idom.has(caller)) best = best === undefined ? caller : meet(best, caller);
      if (best !== undefined && idom.get(name) !== best) {
        idom.set(name, best);
        isChanged = true;
      }
    }
  }
  return idom;
}

/** True when calls of this function can lead back to it: what is inside would be made anew at every level. */
function isRecursive(fns: Map<string, Fn>, name: string): boolean {
  const seen = new Set<string>();
  const leadsBack = (from: string): boolean => {
    for (const callee of (fns.get(from) as Fn).calls) {
      if (callee === name) return true;
      if (seen.has(callee)) continue;
      seen.add(callee);
      if (leadsBack(callee)) return true;
    }
    return false;
  };
  return leadsBack(name);
}

/** Decides for each function that moves, into which. */
function placesOf(fns: Map<string, Fn>, held: ReadonlySet<string>): Map<string, string> {
  const idom = dominators(fns, held);
  const places = new Map<string, string>();
  for (const [name, into] of idom) {
    const fn = fns.get(name);
    const target = fns.get(into);
    if (fn && target && fn.mayMove && target.mayMove && !target.hasClosure && !held.has(name) && !isRecursive(fns, into)) places.set(name, into);
  }
  const chain = (name: string): string[] => (places.has(name) ? [places.get(name) as string, ...chain(places.get(name) as string)] : []);
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const [name, into] of places) {
      const fn = fns.get(name) as Fn;
      const callersSee = [...fns.values()].every((caller) => !caller.calls.has(name) || caller.name === into || caller.name === name || chain(caller.name).includes(into));
      const hosts = chain(name).map((host) => fns.get(host) as Fn);
      const isCaptured = hosts.some((host) => [...fn.free].some((used) => host.own.has(used)) || host.own.has(name));
      if (callersSee && !isCaptured) continue;
      places.delete(name);
      isChanged = true;
    }
  }
  return places;
}

/**
 * Moves functions inwards. mapText: the code's source map as JSON; mayMove: whether functions of this source (as the map
 * names it) take part. Answers the new text and map, and how many functions moved.
 */
export function nestFunctions(code: string, mapText: string, mayMove: (source: string) => boolean): { code: string; map: string; moved: number } {
  const map = JSON.parse(mapText) as { mappings: string; sources: string[] };
  const segments = decode(map.mappings);
  const sourceOf = (line: number): string | undefined => {
    const first = segments[line]?.find((segment) => segment.length > 1);
    return first && map.sources[first[1] as number];
  };
  const { fns, held } = readFunctions(code, (line) => {
    const source = sourceOf(line);
    return source !== undefined && mayMove(source);
  });
  const places = placesOf(fns, held);
  if (places.size === 0) return { code, map: mapText, moved: 0 };
  const inside = new Map<string, Fn[]>();
  for (const [name, into] of places) inside.set(into, [...(inside.get(into) ?? []), fns.get(name) as Fn]);
  const starts = new Map([...fns.values()].map((fn) => [fn.firstLine, fn]));
  const order: number[] = [];
  const put = (fn: Fn): void => {
    order.push(fn.firstLine);
    for (const inner of (inside.get(fn.name) ?? []).sort((a, b) => a.firstLine - b.firstLine)) put(inner);
    for (let line = fn.firstLine + 1; line <= fn.lastLine; line++) order.push(line);
  };
  const lines = code.split('\n');
  for (let line = 0; line < lines.length; line++) {
    const fn = starts.get(line);
    if (!fn) order.push(line);
    else {
      if (!places.has(fn.name)) put(fn);
      line = fn.lastLine;
    }
  }
  map.mappings = encode(order.map((line) => segments[line] ?? []));
  return { code: order.map((line) => lines[line]).join('\n'), map: JSON.stringify(map), moved: places.size };
}
