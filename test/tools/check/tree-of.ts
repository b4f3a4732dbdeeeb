// A tree for the checks' tests: files by path, as if below a root that is not there.
import type { Tree } from '../../../tools/check/check';

export function treeOf(files: Record<string, string>): Tree {
  return { root: '/none', files: new Map(Object.entries(files)) };
}
