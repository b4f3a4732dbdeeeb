// A PC: the genuine interpreter as a process. Its ports are paths, read from PORTS_FILE in the working directory; its
// journal is the file FLASH_FILE there, because this build has no flash outside of Storage. Storage is as large as an
// ESP32's. How much of it an interpreter has is fixed when it is compiled: 256 kB in the stock build. There the image
// is a file beside it, and the tables, the caches and a smaller ring of archives fit.
import type { BoardData } from '../board';

export const NAME = 'linux';
/**
 * JSON: {"console": path, "link": path, "host": path, "modem0": path, "modem1": path, "debug": true}; each may be
 * missing.
 */
export const PORTS_FILE = 'ports.json';
export const FLASH_FILE = 'nvm.bin';
export const FLASH_PAGE_BYTES = 4096;
export const FLASH_PAGE_COUNT = 16;
export const STORAGE_ADDRESS = 0x10000000;
export const STORAGE_PAGE_BYTES = 1024;
export const STORAGE_PAGE_COUNT = 896;
export const BAUD = 115200;
/** A build whose memory grows, and which has room for the image's text there, has blocks of so many octets or more. */
export const GROWING_BLOCK_BYTES = 27;

export const BOARD: BoardData = {
  name: NAME,
  title: 'Espruino on Linux',
  espruinoBoard: 'LINUX',
  ports: {
    cold: {
      console: { serial: 'Serial1', baud: BAUD },
      link: { serial: 'Serial2', baud: BAUD },
      modem0: { serial: 'Serial3', baud: BAUD },
      modem1: { serial: 'Serial4', baud: BAUD },
    },
    hot: {
      console: { serial: 'Serial1', baud: BAUD },
      link: { serial: 'Serial2', baud: BAUD },
      host: { serial: 'Serial3', baud: BAUD },
    },
  },
  flash: { fileName: FLASH_FILE, pageBytes: FLASH_PAGE_BYTES, pageCount: FLASH_PAGE_COUNT },
  storage: { address: STORAGE_ADDRESS, pageBytes: STORAGE_PAGE_BYTES, pageCount: STORAGE_PAGE_COUNT },
  modem: { on: '', off: '' },
  limits: { variables: 2500, callDepth: 15, baud: BAUD },
};
