/** `service` of HSM-Hot: restarts to the interpreter's prompt, for a new image (boards/espruino/service.ts). */
import { fail } from '../../../protocol/errors';
import { printOk } from '../../console/terminal';
import type { CommandDeclaration } from '../../console/command';
import { RESTART_DELAY_MS, SERVICE_FILE } from '../../hal';
import type { Hot } from '../context';

export const SERVICE = {
  usage: 'service',
  order: 4,
  summary: "restarts to the interpreter's prompt, for a new image",
  errors: { 'no-room': 'Storage takes no file' },
} satisfies CommandDeclaration;

export function runService(hot: Hot): void {
  if (!hot.hal.files.writeFile(SERVICE_FILE, new Uint8Array([49]))) throw fail('no-room', 'Storage took no file');
  printOk(hot.terminal);
  hot.hal.clock.after(RESTART_DELAY_MS, hot.hal.power.restart);
}
