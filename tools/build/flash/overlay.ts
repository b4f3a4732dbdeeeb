// Keeps rarely used functions out of RAM. Espruino holds four variables for every function at the top level and one for
// each parameter; the text itself stays in flash. Here the text of such functions moves to the end of the image, into a
// function that is never called, and each use fetches it from there: `Q(place)` takes that piece of the image's own
// file as a flash string and makes it a function, which lives as long as the use. It is made by `Function` and not by
// `eval`: nothing is parsed, the text is not copied, and no scope hangs on the function or on what it makes. A place is
// an offset in the image, padded to a fixed width, so that putting it in moves nothing. There stands a head of
// HEAD_WIDTH digits: ten and how long the list of parameters is (two digits), and the body (five); then the parameters,
// as an expression that nobody evaluates, and the body, a block. Runs on the minified single line, after names are
// short. Price: a use costs some ten empty calls, so what runs often stays (images.ts says what that is); a stack trace
// inside such a function counts its columns from the body's own start.
import { parse } from 'acorn';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { declaredIn, isFunction, isReference, walk, type AnyNode, type FunctionNode } from '../dialect/dialect-walk';
import { heldFunctions } from './held';

/** The name under which an image stands in Storage that boots by itself; */
const IMAGE_FILE = '.bootcde';
/** and the global in which the loader (tools/flash/storage/slots.ts) hands an image in a slot its own text. */
const IMAGE_GLOBAL = 'CC_IMAGE';
const PLACE_WIDTH = 6;
const HEAD_WIDTH = 7;
const HEAD_TEN = 1_000_000;
const PARAMS_UNIT = 100_000;
/** Characters of a list of parameters, at most. */
const MAX_PARAMS_LENGTH = 89;
/** What stands behind the head and behind the parameters of a moved function, before its body and after it. */
const END = ';';
const OPEN = '{';
const CLOSE = '}';

/** What a stretch of the input turns into: the function of that name, fetched; its place alone; or other text. */
type Use = { start: number; end: number } & ({ fetch: string } | { place: string } | { text: string });

/** A part of the output: a stretch of the input, or new text; that of `fetch` and `place` has numbers not known yet. */
type Piece = { from: number; to: number } | { text: string } | { fetch: string } | { place: string };

/** Asked with an offset inside a function and its name in the source (empty: unknown): may it move? */
export type IsRare = (offset: number, name: string) => boolean;

interface Program {
  /** What moves: functions of the top level by name, function expressions that objects hold by `#` and a number. */
  moved: Map<string, FunctionNode>;
  uses: Use[];
  names: Set<string>;
  /** The function that takes a place for a function and leaves anything else; empty when nothing needs it. */
  take: string;
}

/** Finds what may move, and every use of it. */
function readProgram(
  code: string,
  isRare: IsRare,
  nameAt: (offset: number) => string,
  isOwn: (key: string) => boolean,
): Program {
  const program = parse(code, { ecmaVersion: 5 }) as AnyNode & { body: AnyNode[] };
  const moved = new Map<string, FunctionNode>();
  const fits = (node: FunctionNode, name: string): boolean =>
    node.end - node.start < PARAMS_UNIT &&
    paramsOf(node).end - paramsOf(node).start <= MAX_PARAMS_LENGTH &&
    isRare(node.body.start + 1, name);
  const functions = new Map<string, AnyNode>();
  for (const node of program.body) {
    if (node.type !== 'FunctionDeclaration' || !node.id) continue;
    functions.set(node.id.name, node);
    if (fits(node, nameAt(node.id.start))) moved.set(node.id.name, node);
  }
  const held = heldFunctions(program, functions, isOwn);
  const names = new Set<string>();
  const uses: Use[] = [];
  const visit = (scope: AnyNode, outer: readonly Set<string>[]): void => {
    const { fixed, vars } = declaredIn(scope);
    const scopes = scope === program ? [] : [...outer, new Set([...fixed, ...vars.map((one) => one.name)])];
    walk(scope, (node, parents) => {
      const above = parents[parents.length - 1];
      const isProperty =
        (above?.type === 'MemberExpression' && above.property === node && !above.computed) ||
        (above?.type === 'Property' && above.key === node);
      if (node.type === 'Identifier' && !isProperty) names.add(node.name);
      if (node !== scope && isFunction(node)) {
        visit(node, scopes);
        return false;
      }
      const parent = parents[parents.length - 1];
      if (!isReference(node, parent) || !moved.has(node.name) || scopes.some((own) => own.has(node.name)))
        return undefined;
      const isHeld = held.names.has(node);
      const isStored =
        (parent?.type === 'AssignmentExpression' && parent.left === node) || parent?.type === 'NewExpression';
      const isAtBoot = scopes.length === 0 && !isHeld && !(parent?.type === 'CallExpression' && parent.callee === node);
      if (isStored || isAtBoot) moved.delete(node.name);
      uses.push({ start: node.start, end: node.end, ...(isHeld ? { place: node.name } : { fetch: node.name }) });
      return undefined;
    });
  };
  visit(program, []);
  for (const node of held.expressions) {
    if (!fits(node, '')) continue;
    moved.set(`#${node.start}`, node);
    uses.push({ start: node.start, end: node.end, place: `#${node.start}` });
  }
  const kept = uses.filter((use) => 'text' in use || moved.has('fetch' in use ? use.fetch : use.place));
  const take = freeName('Q2', names);
  for (const node of held.taken)
    kept.push({ start: node.start, end: node.start, text: `${take}(` }, { start: node.end, end: node.end, text: ')' });
  return {
    moved,
    uses: kept.sort((a, b) => a.start - b.start || a.end - b.end),
    names,
    take: held.taken.length ? take : '',
  };
}

function freeName(wanted: string, names: Set<string>): string {
  let name = wanted;
  for (let i = 0; names.has(name); i++) name = wanted + i;
  names.add(name);
  return name;
}

/** The text between a function's parentheses. */
function paramsOf(node: FunctionNode): { start: number; end: number } {
  const { params } = node;
  return params.length ? { start: params[0].start, end: params[params.length - 1].end } : { start: 0, end: 0 };
}

/** The stretch `from`..`to` with its uses replaced. */
function withUses(from: number, to: number, uses: readonly Use[]): Piece[] {
  const pieces: Piece[] = [];
  let at = from;
  for (const use of uses) {
    if (use.start < at || use.end > to) continue;
    const { start, end, ...piece } = use;
    pieces.push({ from: at, to: start }, piece);
    at = end;
  }
  pieces.push({ from: at, to });
  return pieces;
}

/**
 * Moves the functions that `isRare` names behind the image's end. code: one line; mapText: its source map as JSON;
 * isOwn: may a property of this name hold a place instead of a function (held.ts).
 * Answers the new text and map, and how many functions moved.
 */
export function overlay(
  code: string,
  mapText: string,
  isRare: IsRare,
  isOwn: (key: string) => boolean,
): { code: string; map: string; moved: number } {
  const map = JSON.parse(mapText) as { mappings: string; names: string[] };
  const [segments = []] = decode(map.mappings);
  const nameOf = new Map(segments.filter((one) => one.length === 5).map((one) => [one[0], map.names[one[4]]]));
  const { moved, uses, names, take } = readProgram(code, isRare, (offset) => nameOf.get(offset) ?? '', isOwn);
  if (moved.size === 0 || code.includes('\n')) return { code, map: mapText, moved: 0 };
  const file = freeName('Q0', names);
  const fetch = freeName('Q', names);
  const never = freeName('Q1', names);
  const bodies = [...moved.entries()].sort((a, b) => a[1].start - b[1].start);

  const fetchText =
    `function ${fetch}(o){` +
    `var a=${file}.substr(o,${HEAD_WIDTH})-${HEAD_TEN},n=a/${PARAMS_UNIT}|0;o+=${HEAD_WIDTH + END.length};` +
    `if(!n)return new Function(${file}.substr(o+${OPEN.length},a));` +
    `var b=${file}.substr(o+n+${END.length + OPEN.length},a%${PARAMS_UNIT});` +
    `a=${file}.substr(o,n).split(",");a.push(b);return Function.apply(0,a)}`;
  const takeText = take && `function ${take}(v){return typeof v==="number"?${fetch}(v):v}`;
  const pieces: Piece[] = [
    { text: `var ${file}=global.${IMAGE_GLOBAL}||require("Storage").read("${IMAGE_FILE}");${fetchText}${takeText}` },
  ];
  let at = 0;
  for (const [name, node] of bodies) {
    if (name[0] === '#') continue;
    pieces.push(...withUses(at, node.start, uses));
    at = node.end;
  }
  pieces.push(...withUses(at, code.length, uses), {
    text: `${code.endsWith(';') || code.endsWith('}') ? '' : ';'}function ${never}(){`,
  });
  const widthOf = (piece: Piece): number =>
    'to' in piece
      ? piece.to - piece.from
      : 'text' in piece
        ? piece.text.length
        : 'place' in piece
          ? PLACE_WIDTH
          : fetch.length + PLACE_WIDTH + 2;
  let column = pieces.reduce((sum, piece) => sum + widthOf(piece), 0);
  const places = new Map<string, number>();
  for (const [name, node] of bodies) {
    const params = paramsOf(node);
    const width = params.end - params.start;
    const own: Piece[] = withUses(node.body.start + 1, node.body.end - 1, uses);
    const length = own.reduce((sum, piece) => sum + widthOf(piece), 0);
    places.set(name, column);
    const between = (width ? END : '') + OPEN;
    pieces.push(
      { text: String(HEAD_TEN + width * PARAMS_UNIT + length) + END },
      { from: params.start, to: params.end },
      { text: between },
      ...own,
      { text: CLOSE },
    );
    column += HEAD_WIDTH + END.length + width + between.length + length + CLOSE.length;
  }
  pieces.push({ text: '}' });

  const outSegments: typeof segments = [];
  let out = '';
  for (const piece of pieces) {
    if ('to' in piece) {
      for (const segment of segments) {
        if (segment[0] >= piece.from && segment[0] < piece.to)
          outSegments.push([segment[0] - piece.from + out.length, ...segment.slice(1)] as (typeof segments)[number]);
      }
      out += code.slice(piece.from, piece.to);
    } else if ('text' in piece) out += piece.text;
    else if ('place' in piece) out += String(places.get(piece.place)).padStart(PLACE_WIDTH);
    else out += `${fetch}(${String(places.get(piece.fetch)).padStart(PLACE_WIDTH)})`;
  }
  map.mappings = encode([outSegments]);
  return { code: out, map: JSON.stringify(map), moved: moved.size };
}
