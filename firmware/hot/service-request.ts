/**
 * The interpreter's prompt for whoever has the line to the gateway, for a new image. A prompt reads and writes all
 * flash, so it goes to nobody as long as there is a link key: all is erased first, and the boards are paired anew. It
 * is given only for some minutes after a start, so that a program of the platform's that was taken over cannot stop
 * payments from afar. The console's `service` keeps everything. Spec: SPEC.md 5.2.
 */
import type { CborValue } from '../../protocol/cbor/types';
import { MINUTE_MS } from '../../protocol/time';
import { REFUSE_BAD_STATE, REFUSE_LIMIT } from '../../protocol/wire';
import { RESTART_DELAY_MS, SERVICE_FILE } from '../hal';
import { wipeFlash } from '../journal/device';
import type { Hot } from './context';

export const SERVICE_WINDOW_MS = 5 * MINUTE_MS;
/** More than the file takes. */
const ROOM_BYTES = 64;

/** Erases HSM-Hot and restarts it to the prompt, whose line and speed are the reply. */
export function handleServiceRequest(
  hot: Hot,
  reply: (fields: CborValue[]) => void,
  refuse: (code: number, tag: string) => void,
): void {
  const hal = hot.hal;
  if (hal.clock.uptimeMs() > SERVICE_WINDOW_MS) return refuse(REFUSE_BAD_STATE, 'too-late');
  if (hal.files.freeBytes() < ROOM_BYTES) return refuse(REFUSE_LIMIT, 'no-room');
  hot.secret = undefined;
  hot.journal = undefined;
  wipeFlash(hal.flash);
  hal.files.writeFile(SERVICE_FILE, new Uint8Array([49]));
  reply([hal.promptSerial, hal.promptBaud]);
  hal.clock.after(RESTART_DELAY_MS, hal.power.restart);
}
