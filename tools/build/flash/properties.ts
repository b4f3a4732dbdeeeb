// Short names for the firmware's own properties. On Espruino a property's name is a variable of its own, and a second
// one when it is longer than four characters, in every object that has it: `heardAtMs` in ten objects costs ten
// variables more than `a`. So an image's properties are renamed like its functions. What others give a meaning keeps
// its name: the members of Espruino's own objects and of ES5's, the options that they read, and the keys of files that
// the host writes. Leaves to others: the renaming itself (terser, es5.ts). `dist/firmware/crypto.js` is a module for
// everybody and keeps all.
import { METHODS, MISSING_METHODS, STATICS } from '../../../host/sim/board/node/builtins';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * Members of Espruino's objects and modules, and the options that they take. A test holds firmware/espruino.d.ts
 * against it.
 */
const NATIVE = words(`
  convolve mapInPlace toArrayBuffer toUint8Array toString toFlatString CRC32 enableWatchdog kickWatchdog
  setConsole setFlags
  getErrorFlags hwRand getAddressOf setTimeZone reboot defrag openFile on setup unsetup write print read available
  removeAllListeners set reset mode force getState BLE Wifi
  readArrayBuffer erase getFree list compact readJSON writeJSON erasePage getPage readFileSync seek skip close pipe
  memory usage total free blocksize version env log
  SHA1 SHA224 SHA256 SHA384 SHA512 AES PBKDF2 encrypt decrypt iv keySize iterations hasher randomBytes
  path rx tx baud bytesize parity stopbits errors flow
  getUint8 getUint16 getUint32 getInt32 getFloat32 getFloat64
  setUint8 setUint16 setUint32 setInt32 setFloat32 setFloat64
  getInt8 getInt16 setInt8 setInt16 code name value writable configurable get
`);
/** Keys of boards/linux's ports file, globals that loaders set, and what Node's engine asks of an image. */
const OUTSIDE = words('console link host modem0 modem1 debug CC_IMAGE CC_SLOT CC_SERVICE');

/** Property names that stay as they are. */
export const KEPT_PROPERTIES: readonly string[] = [
  ...new Set([
    ...Object.values(STATICS).flat(),
    ...Object.values(METHODS).flat(),
    ...MISSING_METHODS,
    ...NATIVE,
    ...OUTSIDE,
  ]),
];
