/** What each kind of field is in code, in CDDL and in the words of SPEC.md. */
import type { Bound, Field, FieldType } from '../../../protocol/wire/fields';
import { cddlBound } from './bounds';

type OfKind<K extends FieldType['kind']> = Extract<FieldType, { kind: K }>;

/** name: of the field, quoted in code; at: the expression of its value, as `fields[3]`; property: its name in code. */
interface Place {
  name: string;
  property: string;
  at: string;
}

export type Member = [property: string, tsType: string, doc?: string];

interface Kind<T> {
  /** Names of the fields whose checked values the check uses. */
  uses?(type: T): string[];
  /** Members of the interface: name, type, and a docstring where the field has not one. */
  members(place: Place, type: T): Member[];
  /** Expressions of the validator's result, one for each member. */
  read(place: Place, type: T): string[];
  /** Members that the encoder does not take. */
  omitted?(place: Place): string[];
  /** Statement of the encoder before it makes the fields. */
  guard?(): string;
  /** Expression of the encoder, of `m`. */
  write(place: Place, type: T): string;
  cddl(type: T): string;
  words(name: string, type: T): string;
}

const range = (least: Bound, most: Bound): string => `${cddlBound(least)}..${cddlBound(most)}`;
const check = (helper: string, { name, at }: Place, ...bounds: Bound[]): string =>
  `${helper}(${[`'${name}'`, at, ...bounds].join(', ')})`;
const plain = {
  members:
    (tsType: string) =>
    ({ property }: Place): Member[] => [[property, tsType]],
  write: ({ property }: Place): string => `m.${property}`,
  words: (name: string): string => name,
};

const KINDS: { [K in FieldType['kind']]: Kind<OfKind<K>> } = {
  whole: {
    members: plain.members('number'),
    read: (place, { least, most }) => [check('aWhole', place, least, most)],
    write: plain.write,
    cddl: ({ least, most }) => range(least, most),
    words: plain.words,
  },
  'whole-or-null': {
    members: plain.members('number | null'),
    read: (place, { least, most }) => [`${place.at} === null ? null : ${check('aWhole', place, least, most)}`],
    write: plain.write,
    cddl: ({ least, most }) => `(${range(least, most)}) / null`,
    words: (name) => `${name} or null`,
  },
  bytes: {
    members: plain.members('Uint8Array'),
    read: (place, { least, most }) => [check('aBytes', place, least, most)],
    write: plain.write,
    cddl: ({ least, most }) => `bstr .size ${least === most ? cddlBound(most) : `(${range(least, most)})`}`,
    words: plain.words,
  },
  text: {
    members: plain.members('string'),
    read: (place, { most }) => [check('aText', place, most)],
    write: plain.write,
    cddl: ({ most }) => `text .size (${range(1, most)})`,
    words: plain.words,
  },
  literal: {
    members: () => [],
    read: () => [],
    write: (_place, { text }) => `'${text}'`,
    cddl: ({ text }) => `"${text}"`,
    words: (_name, { text }) => `"${text}"`,
  },
  offset: {
    uses: ({ piece }) => [piece],
    members: plain.members('number'),
    read: (place, { most, piece }) => [check('aWhole', place, 0, `${most} - ${piece}.length`)],
    write: plain.write,
    cddl: ({ most }) => range(0, most),
    words: plain.words,
  },
  authority: {
    uses: () => ['proto'],
    members: plain.members('Uint8Array'),
    read: ({ at }) => [`anAuthority(proto, ${at})`],
    write: plain.write,
    cddl: () => 'bstr .size AUTHORITY_V1_BYTES / bstr .size AUTHORITY_V2_BYTES',
    words: plain.words,
  },
  outs: {
    members: ({ property }) => [
      [property, 'string', 'The whole text; empty in what was checked when it is longer and follows in SIGN_OUTS.'],
      [`${property}Len`, 'number', 'Characters of the whole text.'],
    ],
    read: (place) => [
      `typeof ${place.at} === 'number' ? '' : ${check('aText', place, 'OUTS_INLINE_MAX')}`,
      `typeof ${place.at} === 'number' ? ${check('aWhole', place, 'OUTS_INLINE_MAX + 1', 'OUTS_MAX')} ` +
        `: (${place.at} as string).length`,
    ],
    omitted: ({ property }) => [`${property}Len`],
    write: ({ property }) => `m.${property}.length > OUTS_INLINE_MAX ? m.${property}.length : m.${property}`,
    cddl: () => `text .size (1..OUTS_INLINE_MAX) / ${cddlBound('OUTS_INLINE_MAX + 1')}..OUTS_MAX`,
    words: (name) => `${name} or its length`,
  },
  list: {
    members: plain.members('Uint8Array[]'),
    read: (place, { lenBytes, most }) => [check('aListOfBytes', place, lenBytes, most)],
    write: plain.write,
    cddl: ({ lenBytes, most }) => `[1*${cddlBound(most)} bstr .size ${cddlBound(lenBytes)}]`,
    words: (name, { most }) => `array of 1 … \`${most}\` ${name}`,
  },
  'proof-or-seconds': {
    uses: () => ['status'],
    members: () => [
      ['seconds', 'number'],
      ['proof?', 'Uint8Array'],
    ],
    read: ({ at }) => [
      `status === BATCH_OK ? 0 : aWhole('seconds', ${at}, 0, status === BATCH_DERIVING ? BATCH_WAIT_MAX_S : 0)`,
      `status === BATCH_OK ? aBytes('proof', ${at}, PROOF_BYTES, PROOF_BYTES) : undefined`,
    ],
    guard: () =>
      `if ((m.status === BATCH_OK) !== (m.proof !== undefined)) throw badField('proof', 'exactly when all is well');`,
    write: () => 'm.proof || (m.status === BATCH_DERIVING ? m.seconds : 0)',
    cddl: () => 'bstr .size PROOF_BYTES / 0..BATCH_WAIT_MAX_S',
    words: () => 'proof16 (ok), seconds to wait (deriving) or 0 (refused)',
  },
  unchecked: {
    members: () => [],
    read: () => [],
    write: () => '',
    cddl: ({ cddl }) => cddl,
    words: plain.words,
  },
};

export function kindOf(type: FieldType): Kind<FieldType> {
  return KINDS[type.kind];
}

/** `unix_s` → `unixS`, unless the field says another. */
export function propertyOf({ name, property }: Field): string {
  return property ?? name.replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
}
