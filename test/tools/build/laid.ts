// Reads an image back as tools/build/flash/overlay.ts lays it: the functions behind its end as functions again, for the
// dialect's check.
const NEVER = 'function Q1(){';
const HEAD_DIGITS = 7;
const HEAD_TEN = 1_000_000;
const PARAMS_UNIT = 100_000;

/** The image with `(function(params){body});` for every moved function; code as it is when none moved. */
export function asFunctions(code: string): string {
  const start = code.indexOf(NEVER) + NEVER.length;
  if (start < NEVER.length) return code;
  let out = code.slice(0, start);
  let at = start;
  while (code[at] !== '}') {
    const head = Number(code.slice(at, at + HEAD_DIGITS)) - HEAD_TEN;
    const paramsLength = Math.floor(head / PARAMS_UNIT);
    at += HEAD_DIGITS + 1;
    const params = code.slice(at, at + paramsLength);
    if (paramsLength) at += paramsLength + 1;
    const length = head % PARAMS_UNIT;
    if (code[at] !== '{' || code[at + length + 1] !== '}') throw new Error(`no function at ${at}`);
    out += `(function(${params}){${code.slice(at + 1, at + 1 + length)}});`;
    at += length + 2;
  }
  return `${out}}`;
}
