/**
 * The forms in which the numbers of the wire are declared. A table is written once, in this folder; `npm run generate`
 * makes wire.ts, the name tables, the tables of SPEC.md and wire.cddl from it.
 * Nothing here reaches a device: the images hold the literals that wire.ts exports.
 */

/** A constant: its name, its value, and what it is. */
export type NumberRow = [constant: string, value: number, meaning: string];

/** Constants that belong together: limits, times, values of a field. */
export interface NumberTable {
  /** The region of SPEC.md that shows the table. */
  region: string;
  /** The comment above the constants in wire.ts. */
  title: string;
  /** Heading of the first column in SPEC.md. */
  heading: string;
  /** Written in hexadecimal in wire.ts. */
  isHex?: boolean;
  rows: NumberRow[];
}

/** A code that has a name: the constant is the prefix and the name in capitals. */
export type CodeRow = [name: string, value: number, meaning: string];

/** Numbered codes with names: alarms, radio technologies. */
export interface CodeTable {
  region: string;
  title: string;
  heading: string;
  /** What the constants begin with, as `ALARM_`. */
  prefix: string;
  /** The constant of the table number → name. */
  names: string;
  rows: CodeRow[];
}

/** A refusal: number, meaning, and the tags that the boards send with it. */
export interface Refusal {
  name: string;
  value: number;
  meaning: string;
  tags: string[];
}

/** The constant of a named number: `SIGN_BEGIN` for `sign-begin`, after the prefix. */
export function constantOf(prefix: string, name: string): string {
  return prefix + name.toUpperCase().replace(/-/g, '_');
}
