// Keeps rarely used functions out of RAM. Espruino holds four variables for every function at the top level and one for
// each parameter; the text itself stays in flash. Here the text of such functions moves to the end of the image, into a
// function that is never called, and each use fetches it from there: `Q(place)` takes that piece of the image's own
// file as a flash string and makes it a function, which lives as long as the use. It is made by `Function` and not by
// `eval`: nothing is parsed, the text is not copied, and no scope hangs on the function or on what it makes. A place is
// an offset in the image in units of PLACE_UNIT, padded to a fixed width, so that putting it in moves nothing. There
// stands a head of HEAD_WIDTH digits: ten and how long the list of parameters is (two digits), and the body (five);
// then the parameters, as an expression that nobody evaluates, and the body, a block. Runs on the minified single line,
// after names are short. Price: a use costs some ten empty calls, so what runs often stays (images.ts says what that
// is); a stack trace inside such a function counts its columns from the body's own start.
import { parse } from 'acorn';
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import {
  declaredIn,
  isFunction,
  isReference,
  walk,
  type AnyNode,
  type FunctionNode,
  type Identifier,
} from '../dialect/dialect-walk';
import { heldFunctions } from './held';

/** The name under which an image stands in Storage that boots by itself; */
const IMAGE_FILE = '.bootcde';
/** and the global in which the loader (tools/flash/storage/slots.ts) hands an image in a slot its own text. */
const IMAGE_GLOBAL = 'CC_IMAGE';
const PLACE_WIDTH = 5;
/** Moved functions begin at offsets that this divides: a digit less at each use is worth more than the gaps. */
const PLACE_UNIT = 2;
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

/** Is an identifier the name of a property and no reference. */
function isPropertyName(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (parent?.type === 'MemberExpression') return parent.property === node && !parent.computed;
  return parent?.type === 'Property' && parent.key === node;
}

/** May the function leave RAM, as far as its own size and use say? */
function fits(node: FunctionNode, name: string, isRare: IsRare): boolean {
  const params = paramsOf(node);
  return (
    node.end - node.start < PARAMS_UNIT &&
    params.end - params.start <= MAX_PARAMS_LENGTH &&
    isRare(node.body.start + 1, name)
  );
}

/** Walks a program for the uses of the functions that may move, and strikes out those that may not after all. */
class UseReader {
  readonly names = new Set<string>();
  readonly uses: Use[] = [];

  constructor(
    private readonly moved: Map<string, FunctionNode>,
    private readonly held: ReadonlySet<AnyNode>,
  ) {}

  /** Reads a scope; outer: the names that the functions around declare, none of them the program's own. */
  read(scope: AnyNode, isTop: boolean, outer: readonly Set<string>[]): void {
    const { fixed, vars } = declaredIn(scope);
    const scopes = isTop ? [] : [...outer, new Set([...fixed, ...vars.map((one) => one.name)])];
    walk(scope, (node, parents) => {
      const parent = parents[parents.length - 1];
      if (node.type === 'Identifier' && !isPropertyName(node, parent)) this.names.add(node.name);
      if (node !== scope && isFunction(node)) {
        this.read(node, false, scopes);
        return false;
      }
      if (!isReference(node, parent) || !this.moved.has(node.name) || scopes.some((own) => own.has(node.name)))
        return undefined;
      this.note(node, parent, scopes.length === 0);
      return undefined;
    });
  }

  /** A use of a function that may move. One that is stored, or taken while the image starts, has to stay. */
  private note(node: Identifier, parent: AnyNode | undefined, isTop: boolean): void {
    const isHeld = this.held.has(node);
    const isStored =
      (parent?.type === 'AssignmentExpression' && parent.left === node) || parent?.type === 'NewExpression';
    const isAtBoot = isTop && !isHeld && !(parent?.type === 'CallExpression' && parent.callee === node);
    if (isStored || isAtBoot) this.moved.delete(node.name);
    this.uses.push({ start: node.start, end: node.end, ...(isHeld ? { place: node.name } : { fetch: node.name }) });
  }
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
  const functions = new Map<string, AnyNode>();
  for (const node of program.body) {
    if (node.type !== 'FunctionDeclaration' || !node.id) continue;
    functions.set(node.id.name, node);
    if (fits(node, nameAt(node.id.start), isRare)) moved.set(node.id.name, node);
  }
  const held = heldFunctions(program, functions, isOwn);
  const reader = new UseReader(moved, held.names);
  reader.read(program, true, []);
  const { names, uses } = reader;
  for (const node of held.expressions) {
    if (!fits(node, '', isRare)) continue;
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

/** Names that the image's own code uses for fetching: its text, the function, and the one for places (may be empty). */
interface FetchNames {
  file: string;
  fetch: string;
  take: string;
}

/** The head of an image: its own text, and the functions that make functions of it. */
function fetchCode({ file, fetch, take }: FetchNames): string {
  return (
    `var ${file}=global.${IMAGE_GLOBAL}||require("Storage").read("${IMAGE_FILE}");` +
    `function ${fetch}(o){o*=${PLACE_UNIT};` +
    `var a=${file}.substr(o,${HEAD_WIDTH})-${HEAD_TEN},n=a/${PARAMS_UNIT}|0;o+=${HEAD_WIDTH + END.length};` +
    `if(!n)return new Function(${file}.substr(o+${OPEN.length},a));` +
    `var b=${file}.substr(o+n+${END.length + OPEN.length},a%${PARAMS_UNIT});` +
    `a=${file}.substr(o,n).split(",");a.push(b);return Function.apply(0,a)}` +
    (take && `function ${take}(v){return typeof v==="number"?${fetch}(v):v}`)
  );
}

function widthOf(piece: Piece, fetch: string): number {
  if ('to' in piece) return piece.to - piece.from;
  if ('text' in piece) return piece.text.length;
  return 'place' in piece ? PLACE_WIDTH : fetch.length + PLACE_WIDTH + 2;
}

const widthOfAll = (pieces: readonly Piece[], fetch: string): number =>
  pieces.reduce((sum, piece) => sum + widthOf(piece, fetch), 0);

/** A moved function as it stands behind the image's end: head, parameters, body. */
function movedPieces(node: FunctionNode, uses: readonly Use[], fetch: string): Piece[] {
  const params = paramsOf(node);
  const width = params.end - params.start;
  const body = withUses(node.body.start + 1, node.body.end - 1, uses);
  return [
    { text: String(HEAD_TEN + width * PARAMS_UNIT + widthOfAll(body, fetch)) + END },
    { from: params.start, to: params.end },
    { text: (width ? END : '') + OPEN },
    ...body,
    { text: CLOSE },
  ];
}

/** Writes the pieces one behind the other; segments: of the source map's only line, whose places move along. */
function writePieces(
  pieces: readonly Piece[],
  code: string,
  segments: readonly SourceMapSegment[],
  use: { fetch: string; places: ReadonlyMap<string, number> },
): { code: string; segments: SourceMapSegment[] } {
  const placeOf = (name: string): string => String(use.places.get(name)! / PLACE_UNIT).padStart(PLACE_WIDTH);
  const outSegments: SourceMapSegment[] = [];
  let out = '';
  for (const piece of pieces) {
    if ('to' in piece) {
      for (const segment of segments) {
        if (segment[0] >= piece.from && segment[0] < piece.to)
          outSegments.push([segment[0] - piece.from + out.length, ...segment.slice(1)] as SourceMapSegment);
      }
      out += code.slice(piece.from, piece.to);
    } else if ('text' in piece) out += piece.text;
    else if ('place' in piece) out += placeOf(piece.place);
    else out += `${use.fetch}(${placeOf(piece.fetch)})`;
  }
  return { code: out, segments: outSegments };
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

  const pieces: Piece[] = [{ text: fetchCode({ file, fetch, take }) }];
  let at = 0;
  for (const [name, node] of bodies) {
    if (name[0] === '#') continue;
    pieces.push(...withUses(at, node.start, uses));
    at = node.end;
  }
  const isEnded = code.endsWith(';') || code.endsWith('}');
  pieces.push(...withUses(at, code.length, uses), { text: `${isEnded ? '' : ';'}function ${never}(){` });

  let column = widthOfAll(pieces, fetch);
  const places = new Map<string, number>();
  for (const [name, node] of bodies) {
    const own = movedPieces(node, uses, fetch);
    const gap = (PLACE_UNIT - (column % PLACE_UNIT)) % PLACE_UNIT;
    pieces.push({ text: ' '.repeat(gap) });
    column += gap;
    places.set(name, column);
    pieces.push(...own);
    column += widthOfAll(own, fetch);
  }
  pieces.push({ text: '}' });

  const written = writePieces(pieces, code, segments, { fetch, places });
  map.mappings = encode([written.segments]);
  return { code: written.code, map: JSON.stringify(map), moved: moved.size };
}
