/** `link key` of HSM-Hot: pairs it with HSM-Cold, once. */
import { fail } from '../../../protocol/errors';
import { bytesOfHex } from '../../console/hex';
import { printOk } from '../../console/terminal';
import type { CommandDeclaration } from '../../console/command';
import { markReady, writeDevice } from '../../journal/device';
import type { Hot } from '../context';
import { startCold } from '../link';
import { note, openStore } from '../log';

export const LINK_KEY = {
  usage: 'link key <hex>',
  order: 3,
  summary: 'pairs a new board with HSM-Cold',
  words: { hex: 'SECRET: 64 hex digits, the same at both boards' },
  needs: ['no-fault'],
  errors: { 'bad-state': 'the board is paired', 'link-key-form': 'not 64 hex digits' },
} satisfies CommandDeclaration;

export function runLinkKey(hot: Hot, words: string[]): void {
  const key = bytesOfHex(words[2] || '');
  if (hot.secret) throw fail('bad-state', 'the board is paired; wipe it first');
  if (!key || key.length !== 32) throw fail('link-key-form', '64 hex digits are expected');
  writeDevice(hot.hal.flash, key);
  hot.secret = key;
  openStore(hot, true);
  note(hot, 'paired');
  markReady(hot.hal.flash);
  startCold(hot);
  printOk(hot.terminal);
}
