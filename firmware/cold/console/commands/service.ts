/**
 * `service`: restarts to the interpreter's prompt, for a new image (boards/espruino/service.ts). The next start runs
 * the image again. From the prompt all of the flash can be read: it takes the PIN, or a board whose device page is
 * blank; where there is something on it and no PIN to check, it is refused until a wipe.
 */
import { fail } from '../../../../protocol/errors';
import { printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import { RESTART_DELAY_MS, SERVICE_FILE } from '../../../hal';
import { isDeviceBlank } from '../../../journal/device';
import type { Cold } from '../../cold';
import { canCheckPin, withSeed } from '../needs';

export const SERVICE = {
  usage: 'service',
  order: 28,
  summary: "restarts to the interpreter's prompt, for a new image",
  needs: ['pin-if-any'],
  isForFaulty: true,
  errors: {
    'wipe-first': 'the flash holds secrets, and there is no PIN to check',
    'no-room': 'Storage takes no file',
  },
} satisfies CommandDeclaration;

export function runService(cold: Cold): void {
  function restart(): void {
    if (!cold.hal.files.writeFile(SERVICE_FILE, new Uint8Array([49]))) throw fail('no-room', 'Storage took no file');
    printOk(cold.terminal);
    cold.hal.clock.after(RESTART_DELAY_MS, cold.hal.power.restart);
  }
  if (canCheckPin(cold)) return withSeed(cold, restart);
  if (!isDeviceBlank(cold.hal.flash))
    throw fail('wipe-first', 'there is no PIN to check, and the flash holds secrets: wipe the board first');
  restart();
}
