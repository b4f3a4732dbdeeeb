// The parts of the HAL that both ESP32 boards share: the journal's area in the chip's flash, outside of Storage, at an
// address that Espruino's own list of free flash names (jshFlashGetFree), the noise register, and the whole Hal around
// them.
import type { Flash, Hal, Uart } from '../../firmware/hal';
import { archiveAddress, openArchive } from './archive-pages';
import { clock } from './clock';
import {
  CONSOLE_BAUD,
  FLASH_ADDRESS,
  FLASH_PAGE_BYTES,
  FLASH_PAGE_COUNT,
  HOST_BAUD,
  LINK_BAUD,
  LINK_RX,
  LINK_TX,
  RNG_DATA_REG,
  STORAGE_ADDRESS,
  STORAGE_PAGE_COUNT,
} from './esp32-chip';
import { files } from './files';
import { COMMIT } from './image';
import { tidy } from './memory';
import { readNoise } from './noise';
import { doNothing, runSteps, watchdog } from './power';
import { isStuck, openUart } from './uart';

/** Address of a range of the journal's area or of the archives'. Throws `flash-range`. */
function addressOf(offset: number, lenBytes: number): number {
  return archiveAddress(FLASH_PAGE_BYTES * FLASH_PAGE_COUNT, offset, lenBytes) || (FLASH_ADDRESS + offset) | 0;
}

const flash: Flash = {
  pageBytes: FLASH_PAGE_BYTES,
  pageCount: FLASH_PAGE_COUNT,
  archivePages: 0,
  readBytes: function (offset, lenBytes) {
    const address = addressOf(offset, lenBytes);
    return lenBytes ? require('Flash').read(lenBytes, address) : new Uint8Array(0);
  },
  writeBytes: function (offset, bytes) {
    const address = addressOf(offset, bytes.length);
    if (bytes.length) require('Flash').write(bytes, address);
  },
  clearPage: function (page) {
    require('Flash').erasePage(addressOf(page * FLASH_PAGE_BYTES, FLASH_PAGE_BYTES));
  },
};

/** External memory lies at 0x3F800000 to 0x3FBFFFFF (ESP32 Technical Reference Manual, 1.3.1). */
const EXTERNAL_SHIFT = 22;
const EXTERNAL_RAM = 0xfe;

function hardwareNoise(): number {
  return peek32(RNG_DATA_REG);
}

/** Takes the interpreter's console off every line: from here on the ports carry the firmware's bytes and no prompt. */
export function closePrompt(): void {
  E.setConsole(null, { force: true });
}

/** Keeps the prompt of a service boot on the USB socket: by default whoever connects by radio takes it. */
export function keepPromptOnWire(): void {
  E.setConsole(Serial1, { force: true });
}

/** The Hal of an ESP32 board around its ports. modemOn, modemOff: power sequences, see power.ts. */
function esp32Hal(
  board: string,
  ports: { console: Uart; link: Uart; host?: Uart; modems: Uart[] },
  modemOn: string,
  modemOff: string,
): Hal {
  return {
    board: board,
    commit: COMMIT,
    interpreter: process.version,
    promptSerial: 'Serial1',
    promptBaud: CONSOLE_BAUD,
    console: ports.console,
    link: ports.link,
    host: ports.host,
    modems: ports.modems,
    flash: flash,
    files: files,
    clock: clock,
    noise: {
      take: function (lenBytes) {
        return readNoise(lenBytes, hardwareNoise);
      },
    },
    watchdog: watchdog,
    power: {
      restart: function () {
        E.reboot();
      },
      modemOn: function (index, done) {
        runSteps(modemOn, done);
      },
      modemOff: function (index) {
        runSteps(modemOff, doNothing);
      },
    },
    radios: function () {
      const state = ESP32.getState();
      return (state.Wifi ? 'wifi' : '') + (state.Wifi && state.BLE ? ' ' : '') + (state.BLE ? 'ble' : '');
    },
    memoryUse: function () {
      const memory = process.memory();
      const isExternal = E.getAddressOf(memory, false) >>> EXTERNAL_SHIFT === EXTERNAL_RAM;
      return { used: memory.usage, total: memory.total, isExternal: isExternal };
    },
    isStuck: isStuck,
    tidy: tidy,
  };
}

/** HSM-Cold's Hal: its console is the USB socket. modem: speed and pins of its line. */
export function esp32ColdHal(
  board: string,
  modem: { baud: number; tx: string; rx: string },
  modemOn: string,
  modemOff: string,
): Hal {
  openArchive(flash, STORAGE_ADDRESS, STORAGE_ADDRESS + STORAGE_PAGE_COUNT * FLASH_PAGE_BYTES, FLASH_PAGE_BYTES);
  return esp32Hal(
    board,
    {
      console: openUart(Serial1, CONSOLE_BAUD, {}),
      link: openUart(Serial2, LINK_BAUD, { tx: LINK_TX, rx: LINK_RX }),
      modems: [openUart(Serial3, modem.baud, { tx: modem.tx, rx: modem.rx })],
    },
    modemOn,
    modemOff,
  );
}

/** HSM-Hot's Hal: the USB socket is the gateway's. service: pins of its console. */
export function esp32HotHal(board: string, service: { tx: string; rx: string }): Hal {
  return esp32Hal(
    board,
    {
      console: openUart(Serial3, CONSOLE_BAUD, service),
      link: openUart(Serial2, LINK_BAUD, { tx: LINK_TX, rx: LINK_RX }),
      host: openUart(Serial1, HOST_BAUD, {}),
      modems: [],
    },
    '',
    '',
  );
}
