// Where this package lies: in a checkout and installed alike.
import { join } from 'node:path';

/** The folder of its package.json. */
export const ROOT = join(__dirname, '..', '..', '..');
/** Built images of the boards, a folder a board, with the device's crypto and its tables. */
export const BUILT_FIRMWARE = join(ROOT, 'dist', 'firmware');
