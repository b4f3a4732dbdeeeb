// Dice for the simulator's GSM side: numbers and yes/no from a seeded stream, so that a run can be told by its seed.
import { seededRandom } from '../clock/seeded-random';

export interface Chance {
  /** 0 <= x < 1. */
  fraction(): number;
  /**
   * True with probability `odds` (undefined counts as 0); one draw whatever the odds, so that changing one keeps the
   * rest.
   */
  happens(odds: number | undefined): boolean;
  /** Uniform between the two, whole. */
  between(min: number, max: number): number;
}

export function createChance(seed: number | string, label: string): Chance {
  const random = seededRandom(String(seed), label);
  const fraction = (): number => {
    const [a, b, c] = random(3);
    return (a * 65536 + b * 256 + c) / 16777216;
  };
  return {
    fraction,
    happens: (odds) => fraction() < (odds ?? 0),
    between: (min, max) => min + Math.floor(fraction() * (max - min + 1)),
  };
}
