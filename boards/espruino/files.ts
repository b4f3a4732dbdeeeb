// The Files of firmware/hal.ts on Espruino's Storage. Nothing here lets Espruino compact its Storage: that moves the
// image that runs from it, and a power cut meanwhile loses both slots. It compacts when a file finds no room behind the
// last one and there is something to be had; so no file is begun without that room.
import { FILE_HEADER_BYTES, type Files } from '../../firmware/hal';

export const files: Files = {
  /** The bytes stay in flash where the chip maps it; they must not be written to. */
  readFile: function (name) {
    const content = require('Storage').readArrayBuffer(name);
    return content === undefined ? undefined : new Uint8Array(content);
  },
  writeFile: function (name, bytes) {
    const storage = require('Storage');
    if (storage.getFree() < FILE_HEADER_BYTES + ((bytes.length + 3) & ~3)) return false;
    try {
      return storage.write(name, bytes) === true;
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
