/** `status` of HSM-Hot: what runs, whether it is paired, what it relayed and refused. */
import { printLine, printOk } from '../../console/terminal';
import type { CommandDeclaration } from '../../console/command';
import type { Hot } from '../context';

export const STATUS = {
  usage: 'status',
  order: 1,
  summary: 'everything at a glance',
  lines: {
    board: ['board <board:word> commit <commit:word> interpreter <interpreter:word>', 'what runs, and on what'],
    state: ['state <state:word> link <link:up|down>', 'factory, paired, or the code of a fault; the line to HSM-Cold'],
    memory: [
      'memory <used:whole> of <total:whole>[ <place:external>]',
      'variables of the interpreter; external: they lie outside of the chip',
    ],
    radios: ['radios <radios:rest>', 'off, or those that are on: wifi, ble; one that is on is the fault `radio-on`'],
    boots: [
      'boots <boots:whole> relayed <relayed:whole> malformed <malformed:whole> limited <limited:whole> ' +
        'unreachable <unreachable:whole>',
      'starts; requests passed on, and refused for their form, their rate, or because HSM-Cold does not answer',
    ],
  },
} satisfies CommandDeclaration;

export function runStatus(hot: Hot): void {
  const terminal = hot.terminal;
  const c = hot.counters;
  printLine(terminal, 'board ' + hot.hal.board + ' commit ' + hot.hal.commit + ' interpreter ' + hot.hal.interpreter);
  printLine(
    terminal,
    'state ' +
      (hot.fault || (hot.secret ? 'paired' : 'factory')) +
      ' link ' +
      (hot.cold && hot.cold.isUp() ? 'up' : 'down'),
  );
  const memory = hot.hal.memoryUse();
  printLine(terminal, 'memory ' + memory.used + ' of ' + memory.total + (memory.isExternal ? ' external' : ''));
  printLine(terminal, 'radios ' + (hot.hal.radios() || 'off'));
  printLine(
    terminal,
    'boots ' +
      hot.boots +
      ' relayed ' +
      c.relayed +
      ' malformed ' +
      c.malformed +
      ' limited ' +
      c.limited +
      ' unreachable ' +
      c.unreachable,
  );
  printOk(terminal);
}
