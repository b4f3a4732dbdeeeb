/** `lock`: takes every secret out of memory. */
import { printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { lock } from '../../secrets/unlock';

export const LOCK = {
  usage: 'lock',
  order: 5,
  summary: 'forgets the keys until the next unlock',
} satisfies CommandDeclaration;

export function runLock(cold: Cold): void {
  lock(cold);
  printOk(cold.terminal);
}
