/** `flash`: the pages, and the journal on them. */
import { printLine, printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';

export const FLASH = {
  usage: 'flash',
  order: 24,
  summary: 'journal: records, room, writes, erases',
  isForFaulty: true,
  lines: {
    flash: ['flash pages <pages:whole> page-bytes <page_bytes:whole>', 'the pages that the board keeps its state on'],
    journal: [
      'journal records <records:whole> room <room_bytes:whole> of <half_bytes:whole> generation <generation:whole> ' +
        'writes <writes:whole> erases <erases:whole>',
      'the journal; absent on a board that has none',
    ],
  },
} satisfies CommandDeclaration;

export function runFlash(cold: Cold): void {
  const flash = cold.hal.flash;
  printLine(cold.terminal, 'flash pages ' + flash.pageCount + ' page-bytes ' + flash.pageBytes);
  const journal = cold.journal;
  if (journal) {
    printLine(
      cold.terminal,
      'journal records ' +
        journal.records +
        ' room ' +
        (journal.base + journal.halfBytes - journal.end) +
        ' of ' +
        journal.halfBytes +
        ' generation ' +
        journal.generation +
        ' writes ' +
        journal.writes +
        ' erases ' +
        journal.erases,
    );
  }
  printOk(cold.terminal);
}
