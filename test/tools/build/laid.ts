// Reads an image back as tools/build/flash/overlay.ts lays it: the functions behind its end as functions again, for the
// dialect's check and for what runs them.
const NEVER = 'function Q1(){';
const HEAD_DIGITS = 7;
const HEAD_TEN = 1_000_000;
const PARAMS_UNIT = 100_000;

/** A function that the image keeps in flash, as text behind its end. */
export interface Kept {
  params: string[];
  /** Where its body begins, within the braces, and how long it is. */
  at: number;
  length: number;
}

/** The functions that an image keeps in flash, and where they begin and end; none where none moved. */
export function keptFunctions(code: string): { kept: Kept[]; start: number; end: number } {
  const kept: Kept[] = [];
  const start = code.indexOf(NEVER) + NEVER.length;
  let end = start;
  if (start < NEVER.length) return { kept, start: code.length, end: code.length };
  while (code[end] !== '}') {
    if (code[end] === ' ') {
      end++;
      continue;
    }
    const head = Number(code.slice(end, end + HEAD_DIGITS)) - HEAD_TEN;
    const paramsLength = Math.floor(head / PARAMS_UNIT);
    const length = head % PARAMS_UNIT;
    const from = end + HEAD_DIGITS + 1;
    const at = from + (paramsLength ? paramsLength + 1 : 0) + 1;
    if (code[at - 1] !== '{' || code[at + length] !== '}') throw new Error(`no function at ${end}`);
    kept.push({ params: paramsLength ? code.slice(from, from + paramsLength).split(',') : [], at, length });
    end = at + length + 1;
  }
  return { kept, start, end };
}

/** The image with `(function(params){body});` for every moved function; code as it is when none moved. */
export function asFunctions(code: string): string {
  const { kept, start, end } = keptFunctions(code);
  const functions = kept.map(
    ({ params, at, length }) => `(function(${params.join()}){${code.slice(at, at + length)}});`,
  );
  return code.slice(0, start) + functions.join('') + code.slice(end);
}
