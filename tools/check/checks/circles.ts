// No file imports itself by way of others; an import of types counts too.
import type { Check, Finding, Tree } from '../check';
import { importsOf, resolveImport } from '../imports';
import { SOURCE_FOLDERS, typescriptOf } from '../tree';

export const circles: Check = {
  name: 'import circles',
  find(tree) {
    return circlesOf(graphOf(tree)).map((circle): Finding => ({
      place: circle[0],
      text: `imports itself: ${circle.join(', ')}`,
    }));
  },
};

function graphOf(tree: Tree): Map<string, string[]> {
  const graph = new Map<string, string[]>();
  for (const path of typescriptOf(tree, SOURCE_FOLDERS)) {
    const targets = importsOf(tree, path).map((name) => resolveImport(tree, path, name));
    graph.set(
      path,
      targets.filter((target) => target !== undefined),
    );
  }
  return graph;
}

/** Strongly connected components of more than one file, and files that import themselves (Tarjan). */
function circlesOf(graph: Map<string, string[]>): string[][] {
  const circles: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const visit = (path: string) => {
    index.set(path, index.size);
    low.set(path, index.get(path)!);
    stack.push(path);
    for (const target of graph.get(path) ?? []) {
      if (!index.has(target)) visit(target);
      if (stack.includes(target)) low.set(path, Math.min(low.get(path)!, low.get(target)!));
    }
    if (low.get(path) !== index.get(path)) return;
    const members = stack.splice(stack.indexOf(path));
    if (members.length > 1 || graph.get(path)?.includes(path)) circles.push(members.sort());
  };
  for (const path of graph.keys()) if (!index.has(path)) visit(path);
  return circles;
}
