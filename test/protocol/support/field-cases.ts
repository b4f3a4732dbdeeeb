/** Values of a declared field that a validator must take and values that it must refuse: each bound, and one beyond. */
import type { CborValue } from '../../../protocol/cbor';
import type { Field, FieldType } from '../../../protocol/wire/fields';
import * as wire from '../../../protocol/wire';
import { valueOf } from '../../../tools/generate/wire/bounds';

export interface FieldCase {
  name: string;
  good: CborValue[];
  bad: CborValue[];
}

const octets = (lenBytes: number): Uint8Array => new Uint8Array(lenBytes).fill(1);

function whole(least: number, most: number): Omit<FieldCase, 'name'> {
  return {
    good: [least, most],
    bad: [least - 1, most + 1, least + 0.5, NaN, Infinity, '1', null, undefined, true, []],
  };
}

function bytes(least: number, most: number): Omit<FieldCase, 'name'> {
  return {
    good: [octets(least), octets(most)],
    bad: [octets(least - 1), octets(most + 1), 'x'.repeat(least), null, [1], {}],
  };
}

function text(most: number): Omit<FieldCase, 'name'> {
  return {
    good: ['x', 'x'.repeat(most)],
    bad: ['', 'x'.repeat(most + 1), 'a"b', 'a\\b', 'a\nb', 'é', 'a\u007f', 5, null, octets(3)],
  };
}

/** The first good values of all fields of a message fit each other. */
function casesOf(type: FieldType): Omit<FieldCase, 'name'> {
  switch (type.kind) {
    case 'whole':
      return whole(valueOf(type.least), valueOf(type.most));
    case 'whole-or-null': {
      const { good, bad } = whole(valueOf(type.least), valueOf(type.most));
      return { good: [...good, null], bad: [...bad.filter((value) => value !== null), false] };
    }
    case 'bytes':
      return bytes(valueOf(type.least), valueOf(type.most));
    case 'text':
      return text(valueOf(type.most));
    case 'literal':
      return { good: [type.text], bad: [type.text.toLowerCase(), '', null, 0] };
    case 'offset':
      return whole(0, valueOf(type.most) - 1);
    case 'authority':
      return {
        good: [octets(wire.AUTHORITY_V1_BYTES)],
        bad: [octets(wire.AUTHORITY_V2_BYTES), octets(wire.AUTHORITY_V1_BYTES + 1), 'x'.repeat(65), null],
      };
    case 'outs':
      return {
        good: ['x', 'x'.repeat(wire.OUTS_INLINE_MAX), wire.OUTS_INLINE_MAX + 1, wire.OUTS_MAX],
        bad: [...text(wire.OUTS_INLINE_MAX).bad, wire.OUTS_INLINE_MAX, wire.OUTS_MAX + 1, wire.OUTS_MAX - 0.5],
      };
    case 'list': {
      const item = octets(valueOf(type.lenBytes));
      const most = valueOf(type.most);
      return {
        good: [[item], Array(most).fill(item)],
        bad: [[], Array(most + 1).fill(item), [item, octets(item.length - 1)], [octets(item.length + 1)], null, item],
      };
    }
    case 'proof-or-seconds':
      return { good: [octets(wire.PROOF_BYTES)], bad: [octets(wire.PROOF_BYTES - 1), octets(17), 0, 5, null] };
    case 'unchecked':
      return { good: [0], bad: [] };
  }
}

export function fieldCases(fields: Field[]): FieldCase[] {
  return fields.map(({ name, type }) => {
    const { good, bad } = casesOf(type);
    // Under proto 1 and status 0, the first good values, the fields that depend on them have their first good value.
    const dependent = { proto: wire.PROTO_V1, status: wire.BATCH_OK }[name];
    return { name, good: dependent === undefined ? good : [dependent], bad };
  });
}
