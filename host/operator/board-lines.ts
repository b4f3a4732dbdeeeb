// Reads the lines of a board's console by the forms that its commands declare (board-commands.ts): names and types of
// the fields come from the form. Spec: docs/console.md; firmware/console/command.ts has the kinds.

type NumberKind = 'whole' | 'number';
type TextKind = 'word' | 'hex' | 'rest';

/** What a field of a kind holds: `whole|unset` is a number or the text `unset`. */
type ValueOf<Kind extends string> = Kind extends `${infer First}|${infer Others}`
  ? ValueOf<First> | ValueOf<Others>
  : Kind extends NumberKind
    ? number
    : Kind extends TextKind
      ? string
      : Kind;

type PlainFields<Form extends string> = Form extends `${string}<${infer Name}:${infer Kind}>${infer Others}`
  ? { [N in Name]: ValueOf<Kind> } & PlainFields<Others>
  : unknown;

/** The fields of a form: name → value; those in brackets may be missing. */
export type FieldsOf<Form extends string> = Form extends `${infer Before}[${infer Optional}]${infer After}`
  ? PlainFields<Before> & Partial<PlainFields<Optional>> & FieldsOf<After>
  : PlainFields<Form>;

interface Reader {
  pattern: RegExp;
  fields: { name: string; kinds: string[] }[];
}

const PATTERNS: { [kind: string]: string } = {
  whole: '(?:0|[1-9]\\d{0,14})',
  number: '-?(?:0|[1-9]\\d{0,14})(?:\\.\\d+)?',
  word: '\\S+',
  hex: '(?:[0-9a-f]{2})+',
  rest: '.*?',
};

const plain = (text: string): string => text.replace(/[.*+?^${}()|\\/]/g, '\\$&');

const readers = new Map<string, Reader>();

function readerOf(form: string): Reader {
  const known = readers.get(form);
  if (known) return known;
  const fields: Reader['fields'] = [];
  const pattern = form
    .split(/(<\w+:[^>]+>|\[|\])/)
    .map((part) => {
      if (part === '[') return '(?:';
      if (part === ']') return ')?';
      const field = /^<(\w+):([^>]+)>$/.exec(part);
      if (!field) return plain(part);
      const kinds = field[2].split('|');
      fields.push({ name: field[1], kinds });
      return `(${kinds.map((kind) => PATTERNS[kind] ?? plain(kind)).join('|')})`;
    })
    .join('');
  const reader = { pattern: new RegExp(`^${pattern}$`), fields };
  readers.set(form, reader);
  return reader;
}

/** A number where the kinds have one. */
function valueOf(text: string, kinds: string[]): number | string {
  if (kinds.includes(text)) return text;
  return kinds.includes('whole') || kinds.includes('number') ? Number(text) : text;
}

/** The fields of a line, or undefined when it is not of that form. */
export function readLine<Form extends string>(form: Form, line: string): FieldsOf<Form> | undefined {
  const { pattern, fields } = readerOf(form);
  const match = pattern.exec(line);
  if (!match) return undefined;
  const values: { [name: string]: number | string } = {};
  for (const [i, { name, kinds }] of fields.entries()) {
    const text = match[i + 1];
    if (text !== undefined) values[name] = valueOf(text, kinds);
  }
  return values as FieldsOf<Form>;
}

/** The fields of every line of that form, in their order. */
export function linesOf<Form extends string>(form: Form, lines: readonly string[]): FieldsOf<Form>[] {
  return lines.flatMap((line) => readLine(form, line) ?? []);
}

/** The fields of the first line of that form. */
export function lineOf<Form extends string>(form: Form, lines: readonly string[]): FieldsOf<Form> | undefined {
  for (const line of lines) {
    const fields = readLine(form, line);
    if (fields) return fields;
  }
  return undefined;
}
