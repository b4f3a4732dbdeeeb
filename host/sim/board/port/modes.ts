// The ESP32 port's ways that a simulated board has, by the names of boards/espruino/builds.ts, as the numbers that its
// parts work with.
import { PORT_MODES, type PortModeName } from '../../../../boards/espruino/builds';
import { fail } from '../../../../protocol/errors';

export type { PortModeName };

export interface PortModes {
  isLossy: boolean;
  isPolled: boolean;
  hasRings: boolean;
  /** Length of an erase; 0: it takes no time. */
  eraseMs: number;
  hasSdkTexts: boolean;
  isCodeMoved: boolean;
  /** Variables that a connection to a radio leaks. */
  leakedVariables: number;
  hasStateVariables: boolean;
}

/** Typical and longest erase of a 4,096-byte page, as the data sheets of such flash say. */
export const ERASE_MS = 45;
const ERASE_WORST_MS = 400;
const LEAKED_VARIABLES = 3;

export function portModes(names: readonly PortModeName[]): PortModes {
  const has = (name: PortModeName): boolean => names.includes(name);
  return {
    isLossy: has('event-loss'),
    isPolled: has('poll'),
    hasRings: has('rings'),
    eraseMs: has('erase-worst') ? ERASE_WORST_MS : has('erase') ? ERASE_MS : 0,
    hasSdkTexts: has('sdk-texts'),
    isCodeMoved: has('moving-compaction'),
    leakedVariables: has('radio-leak') ? LEAKED_VARIABLES : 0,
    hasStateVariables: has('state-variables'),
  };
}

/** Names with commas between. Throws `usage`. */
export function aModeList(text: string): PortModeName[] {
  const names = text.split(',').filter((name) => name !== '');
  const known = Object.keys(PORT_MODES);
  const strange = names.find((name) => !known.includes(name));
  if (strange !== undefined) throw fail('usage', `"--port-mode" expected some of ${known.join(', ')}, got ${strange}`);
  return names as PortModeName[];
}
