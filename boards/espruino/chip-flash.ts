// Pages of the chip's flash, by address, as the Flash of firmware/hal.ts.
import { fail } from '../../protocol/errors';
import type { Flash } from '../../firmware/hal';

const PAGE_BYTES = 4096;

/** eraseBytes: what one erase clears; pages are whole multiples of it. Espruino takes integers as addresses only. */
export function chipFlash(address: number, pageCount: number, eraseBytes: number): Flash {
  function requireRange(offset: number, lenBytes: number): void {
    if (!(offset >= 0 && lenBytes >= 0 && offset + lenBytes <= PAGE_BYTES * pageCount))
      throw fail('flash-range', 'outside of the area');
  }
  return {
    pageBytes: PAGE_BYTES,
    pageCount: pageCount,
    readBytes: function (offset, lenBytes) {
      requireRange(offset, lenBytes);
      return lenBytes ? require('Flash').read(lenBytes, (address + offset) | 0) : new Uint8Array(0);
    },
    writeBytes: function (offset, bytes) {
      requireRange(offset, bytes.length);
      if (bytes.length) require('Flash').write(bytes, (address + offset) | 0);
    },
    clearPage: function (page) {
      requireRange(page * PAGE_BYTES, PAGE_BYTES);
      for (let at = 0; at < PAGE_BYTES; at += eraseBytes)
        require('Flash').erasePage((address + page * PAGE_BYTES + at) | 0);
    },
  };
}
