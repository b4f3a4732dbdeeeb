/** `memory`: variables of the interpreter in use. */
import { printLine, printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';

export const MEMORY = {
  usage: 'memory',
  order: 23,
  summary: 'variables in use',
  isForFaulty: true,
  lines: {
    memory: ['memory <used:whole> of <total:whole>', 'variables of the interpreter'],
  },
} satisfies CommandDeclaration;

export function runMemory(cold: Cold): void {
  const memory = cold.hal.memoryUse();
  printLine(cold.terminal, 'memory ' + memory.used + ' of ' + memory.total);
  printOk(cold.terminal);
}
