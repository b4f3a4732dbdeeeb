/** `noise`: the noise source, tested. Spec: NIST SP 800-90B 4.4. */
import { printLine, printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { NOISE_SAMPLE_BYTES, noiseFault } from '../../secrets/health';

export const NOISE = {
  usage: 'noise',
  order: 25,
  summary: 'health of the noise source',
  isForFaulty: true,
  lines: {
    noise: ['noise <verdict:word>', 'passed, or the test that failed'],
  },
} satisfies CommandDeclaration;

export function runNoise(cold: Cold): void {
  const fault = noiseFault(cold.hal.noise.take(NOISE_SAMPLE_BYTES));
  printLine(cold.terminal, 'noise ' + (fault || 'passed'));
  printOk(cold.terminal);
}
