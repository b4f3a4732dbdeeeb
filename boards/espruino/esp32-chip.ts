// Facts of the ESP32 that its boards share: the journal's area in its flash, outside of Storage, at an address that
// Espruino's own list of free flash names (jshFlashGetFree), and the noise register. Data only: the host reads it too.

export const FLASH_ADDRESS = 0x310000;
export const FLASH_PAGE_BYTES = 4096;
export const FLASH_PAGE_COUNT = 16;
/** RNG_DATA_REG (ESP32 Technical Reference Manual, 24). */
export const RNG_DATA_REG = 0x3ff75144;
