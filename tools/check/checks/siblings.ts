// A folder of sources holds at most 12 files of code and folders, lists of one kind aside: a reader takes it in at one
// look. Documents beside the code do not count.
import { posix } from 'node:path';
import type { Check, Finding } from '../check';
import { LISTS } from '../exceptions';

const SIBLINGS_MAX = 12;
const CODE = /\.(ts|js|mjs)$/;
const FOLDERS = ['firmware', 'host', 'protocol', 'tools'];

export const siblings: Check = {
  name: 'siblings in a folder over 12',
  find(tree) {
    const entries = new Map<string, Set<string>>();
    for (const path of tree.files.keys()) {
      if (!FOLDERS.includes(path.split('/')[0]) || !CODE.test(path)) continue;
      for (let at = path; at.includes('/'); at = posix.dirname(at)) {
        const folder = posix.dirname(at);
        entries.set(folder, (entries.get(folder) ?? new Set()).add(at));
      }
    }
    const listed = LISTS.map((list) => list.file);
    const unused = listed.filter((folder) => (entries.get(folder)?.size ?? 0) <= SIBLINGS_MAX);
    return [
      ...[...entries]
        .filter(([folder, inside]) => inside.size > SIBLINGS_MAX && !listed.includes(folder))
        .map(([folder, inside]): Finding => ({ place: folder, text: `${inside.size} entries` })),
      ...unused.map((place): Finding => ({ place, text: 'is listed as an exception and needs none' })),
    ];
  },
};
