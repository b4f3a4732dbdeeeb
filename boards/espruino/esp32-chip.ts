// Facts that the ESP32 boards share: the journal's area in the chip's flash, outside of Storage, at an address that
// Espruino's own list of free flash names (jshFlashGetFree), the noise register, and the lines that every board has on
// the same pins. Data only: the host reads it too.

import { LEAST_VARIABLES } from '../../firmware/hal';
import type { BoardData, PortData } from '../board';

export const FLASH_ADDRESS = 0x310000;
export const FLASH_PAGE_BYTES = 4096;
export const FLASH_PAGE_COUNT = 16;
export const STORAGE_ADDRESS = 0x320000;
export const STORAGE_PAGE_COUNT = 224;
/** Pages of the ring of archives, in a file of Storage: beside it two slots, the tables and 1,000 batches have room. */
export const ARCHIVE_PAGES = 58;
/** RNG_DATA_REG (ESP32 Technical Reference Manual, 24). */
export const RNG_DATA_REG = 0x3ff75144;

export const CONSOLE_BAUD = 115200;
/** Between machines: Espruino's UART driver up to 2v29 loses bytes in longer bursts at higher speeds. */
export const HOST_BAUD = 19200;
export const LINK_BAUD = 19200;
export const LINK_TX = 'D18';
export const LINK_RX = 'D19';

// The parts of every ESP32 board's data. UART0 is the USB socket, which cannot be moved to other pins: HSM-Cold's
// console, HSM-Hot's line to the gateway.
export const ESPRUINO_BOARD = 'ESP32';
export const USB_CONSOLE: PortData = { serial: 'Serial1', baud: CONSOLE_BAUD, tx: 'D1', rx: 'D3' };
export const USB_HOST: PortData = { serial: 'Serial1', baud: HOST_BAUD, tx: 'D1', rx: 'D3' };
export const LINK: PortData = { serial: 'Serial2', baud: LINK_BAUD, tx: LINK_TX, rx: LINK_RX };
export const FLASH: BoardData['flash'] = {
  address: FLASH_ADDRESS,
  pageBytes: FLASH_PAGE_BYTES,
  pageCount: FLASH_PAGE_COUNT,
};
export const STORAGE: BoardData['storage'] = {
  address: STORAGE_ADDRESS,
  pageBytes: FLASH_PAGE_BYTES,
  pageCount: STORAGE_PAGE_COUNT,
};
/** At 28,400 baud the 128 octets of a UART's FIFO last for an erase of 45 ms. */
export const LIMITS: BoardData['limits'] = { variables: LEAST_VARIABLES, callDepth: 15, baud: 28400 };
/** Of a module whose PSRAM Espruino finds: all its variables lie there. */
export const EXTERNAL_LIMITS: BoardData['limits'] = {
  variables: LIMITS.variables,
  callDepth: LIMITS.callDepth,
  baud: LIMITS.baud,
  isExternal: true,
};
/** Pins that lead to the PSRAM of every WROVER module. */
export const PSRAM_PINS: readonly string[] = ['D16', 'D17'];

/**
 * Variables by state: those of a plain ESP32 with both radios on, what switching one off gives (words of the port's
 * own documentation, of 2018: nobody has measured them here), and the most that Espruino takes, which PSRAM reaches.
 */
export const VARIABLES = { bothRadios: 2500, withoutBle: 1800, withoutWifi: 3900, most: 16383 };
