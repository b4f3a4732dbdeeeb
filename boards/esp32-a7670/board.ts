// ESP32 DevKit with an A7670 module (LTE) on wires. UART0 is the USB socket and cannot be moved to other pins.
// 19,200 baud between the boards, as on the other ESP32 boards; an A7670 speaks 115,200 from the factory.
// UART2 is on pins that every module leaves free. D27 switches the modem's 4 V regulator where there is one, D23 pulls
// its PWRKEY to ground through a transistor while it is high, for as long as firmware/modem/kinds/a7670.ts says.
import type { BoardData } from '../board';
import { FLASH_ADDRESS, FLASH_PAGE_BYTES, FLASH_PAGE_COUNT } from '../espruino/esp32-chip';

export const NAME = 'esp32-a7670';
export const CONSOLE_BAUD = 115200;
export const HOST_BAUD = 19200;
export const LINK_BAUD = 19200;
export const LINK_TX = 'D18';
export const LINK_RX = 'D19';
export const MODEM_BAUD = 115200;
/** UART2: the modem on HSM-Cold, the service console on HSM-Hot, whose USB socket is the gateway's. */
export const UART2_TX = 'D25';
export const UART2_RX = 'D26';
export const MODEM_ON = 'D27=1,500;D23=0,100;D23=1,100;D23=0,3000';
export const MODEM_OFF = 'D23=1,3000;D23=0,400;D27=0,10';

export const BOARD: BoardData = {
  name: NAME,
  title: 'ESP32 DevKit + A7670',
  espruinoBoard: 'ESP32',
  ports: {
    cold: {
      console: { serial: 'Serial1', baud: CONSOLE_BAUD, tx: 'D1', rx: 'D3' },
      link: { serial: 'Serial2', baud: LINK_BAUD, tx: LINK_TX, rx: LINK_RX },
      modem0: { serial: 'Serial3', baud: MODEM_BAUD, tx: UART2_TX, rx: UART2_RX },
    },
    hot: {
      host: { serial: 'Serial1', baud: HOST_BAUD, tx: 'D1', rx: 'D3' },
      link: { serial: 'Serial2', baud: LINK_BAUD, tx: LINK_TX, rx: LINK_RX },
      console: { serial: 'Serial3', baud: CONSOLE_BAUD, tx: UART2_TX, rx: UART2_RX },
    },
  },
  flash: { address: FLASH_ADDRESS, pageBytes: FLASH_PAGE_BYTES, pageCount: FLASH_PAGE_COUNT },
  storage: { address: 0x320000, pageBytes: 4096, pageCount: 224 },
  modem: { on: MODEM_ON, off: MODEM_OFF },
  limits: { variables: 2500, callDepth: 15 },
};
