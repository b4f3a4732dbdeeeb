// What comments and documents point to exists: files by name, sections of SPEC.md, pages of docs/ and their headings.
// Documents outside the repository are not cited.
import { posix } from 'node:path';
import type { Check, Finding, Tree } from '../check';
import { lineAt } from '../tree';

/** Names of documents that are not in the repository. */
const OUTSIDE = /\b(chaincloud-v1(?!\.json|')|open-api\b|DESIGN of the\b)/g;
/** Changes of the past name files as they were; this check and the tests of checks name what does not exist. */
const NOT_READ = /(^CHANGELOG\.md|\.json|\/references\.ts)$|^test\/tools\/check\//;
const FILE = /(?<![\w./'"-])((?:[\w-]+\/)*[\w-]+(?:\.test)?\.ts)\b/gi;
const IMPORT = /^\s*(import|export) .* from /;
const SPEC_SECTION = /SPEC(?:\.md)?,? (?:sections? )?(\d+(?:\.\d+)?(?:(?:, | and |–|-)\d+(?:\.\d+)?)*)/g;
const DOCS_PAGE = /\bdocs\/([\w/-]+\.md)(?:#([\w-]+)|,? "([^"]+)")?/g;

export const references: Check = {
  name: 'dead references',
  find: (tree) =>
    [...tree.files]
      .filter(([path]) => !NOT_READ.test(path))
      .flatMap(([path, text]) => [
        ...deadFiles(tree, path, text),
        ...matches(path, text, OUTSIDE, ([name]) => `${name} is not a document of this repository`),
        ...matches(path, text, SPEC_SECTION, ([, list]) => deadSections(tree, list)),
        ...matches(path, text, DOCS_PAGE, ([, page, anchor, heading]) => deadPage(tree, page, anchor, heading)),
      ]),
};

/** A finding for every match that `problem` has a text for. */
function matches(path: string, text: string, pattern: RegExp, problem: (match: RegExpMatchArray) => string): Finding[] {
  return [...text.matchAll(pattern)]
    .map((match): Finding => ({ place: `${path}:${lineAt(text, match.index)}`, text: problem(match) }))
    .filter((finding) => finding.text);
}

function deadFiles(tree: Tree, path: string, text: string): Finding[] {
  const isThere = (name: string) => [...tree.files.keys()].some((file) => file === name || file.endsWith(`/${name}`));
  return text
    .split('\n')
    .flatMap((line, i) =>
      IMPORT.test(line)
        ? []
        : [...line.matchAll(FILE)]
            .filter(([, name]) => !isThere(name))
            .map(([, name]): Finding => ({ place: `${path}:${i + 1}`, text: `${name} does not exist` })),
    );
}

function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map((match) => match[1].trim());
}

/** As GitHub makes a heading's anchor. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replace(/ /g, '-');
}

function deadSections(tree: Tree, list: string): string {
  const headings = headingsOf(tree.files.get('protocol/SPEC.md') ?? '');
  const numbers = headings.map((heading) => heading.match(/^(\d+(?:\.\d+)?)/)?.[1]);
  const dead = list.match(/\d+(?:\.\d+)?/g)!.filter((number) => !numbers.includes(number));
  return dead.length ? `SPEC.md has no section ${dead.join(', ')}` : '';
}

function deadPage(tree: Tree, page: string, anchor?: string, heading?: string): string {
  const text = tree.files.get(posix.join('docs', page));
  if (text === undefined) return `docs/${page} does not exist`;
  const headings = headingsOf(text);
  if (anchor && !headings.some((each) => anchorOf(each) === anchor)) return `docs/${page} has no #${anchor}`;
  if (heading && !headings.some((each) => each.includes(heading))) return `docs/${page} has no heading "${heading}"`;
  return '';
}
