// The Files of firmware/hal.ts on Espruino's Storage.
import type { Files } from '../../firmware/hal';

export const files: Files = {
  /** The bytes stay in flash where the chip maps it; they must not be written to. */
  readFile: function (name) {
    const content = require('Storage').readArrayBuffer(name);
    return content === undefined ? undefined : new Uint8Array(content);
  },
  writeFile: function (name, bytes) {
    try {
      return require('Storage').write(name, bytes) === true;
    } catch (error) {
      return false;
    }
  },
  eraseFile: function (name) {
    require('Storage').erase(name);
  },
};
