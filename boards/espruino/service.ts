// The way back to the interpreter's prompt. A board that runs its image has no prompt on any line; to give it a new
// image the firmware, when its own rules allow it, writes the file SERVICE_FILE and restarts. The next boot finds the
// file, takes it away and starts nothing, so the prompt is there once, and the restart after that runs the image again.
import { SERVICE_FILE } from '../../firmware/hal';

/** True when this boot is to end at the prompt. Uses the request up. */
export function isServiceBoot(): boolean {
  const storage = require('Storage');
  if (storage.read(SERVICE_FILE) === undefined) return false;
  storage.erase(SERVICE_FILE);
  return true;
}
