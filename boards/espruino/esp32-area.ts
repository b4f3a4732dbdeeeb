// The journal's area in an ESP32's flash, outside of Storage, at an address that Espruino's own list of free flash
// names (jshFlashGetFree). Data only: board.ts files are read on the host too.

export const FLASH_ADDRESS = 0x310000;
export const FLASH_PAGE_BYTES = 4096;
export const FLASH_PAGE_COUNT = 16;
