/** `selftest`: all known answers, a task each. One that is wrong locks the board. */
import { printOk, printThrown } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';
import { startSelfTest } from '../../secrets/selftest';

export const SELFTEST = {
  usage: 'selftest',
  order: 21,
  summary: 'known answers of every primitive',
  lines: { selftest: ['selftest <name:word>', 'a known answer that held'] },
  errors: { 'selftest-failed': 'a known answer did not hold: the board is locked and does nothing more' },
} satisfies CommandDeclaration;

export function runSelftest(cold: Cold): void {
  startSelfTest(
    cold,
    true,
    { isOver: false },
    function () {
      printOk(cold.terminal);
    },
    function (error) {
      printThrown(cold.terminal, error);
    },
  );
}
