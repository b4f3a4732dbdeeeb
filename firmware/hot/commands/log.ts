/** `log` of HSM-Hot: its own short log. */
import { printOk } from '../../console/terminal';
import type { CommandDeclaration } from '../../console/command';
import type { Hot } from '../context';
import { printLog } from '../log';

export const LOG = {
  usage: 'log',
  order: 2,
  summary: "the board's own log",
  needs: ['journal'],
  lines: {
    log: [
      'log <n:whole> <start:whole> <uptime_s:whole> <text:hex>',
      'an entry: the start it belongs to, seconds since then, its text in hex',
    ],
  },
} satisfies CommandDeclaration;

export function runLog(hot: Hot): void {
  printLog(hot);
  printOk(hot.terminal);
}
