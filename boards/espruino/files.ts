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
  /** A tenth at a time: a list of all names may not fit the memory. Espruino keeps what they held until it compacts. */
  eraseFiles: function (kinds) {
    const storage = require('Storage');
    const tenths = [
      /^[a-z][-0-9]*0$/,
      /^[a-z][-0-9]*1$/,
      /^[a-z][-0-9]*2$/,
      /^[a-z][-0-9]*3$/,
      /^[a-z][-0-9]*4$/,
      /^[a-z][-0-9]*5$/,
      /^[a-z][-0-9]*6$/,
      /^[a-z][-0-9]*7$/,
      /^[a-z][-0-9]*8$/,
      /^[a-z][-0-9]*9$/,
    ];
    for (let k = 0; k < tenths.length; k++) {
      const names = storage.list(tenths[k]);
      for (let i = 0; i < names.length; i++) if (kinds.indexOf(names[i][0]) >= 0) storage.erase(names[i]);
    }
  },
  freeBytes: function () {
    return require('Storage').getFree();
  },
};
