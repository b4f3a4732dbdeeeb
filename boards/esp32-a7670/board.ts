// ESP32 DevKit with an A7670 module (LTE) on wires. UART0 is the USB socket and cannot be moved to other pins.
// 19,200 baud between the boards, as on the other ESP32 boards; an A7670 speaks 115,200 from the factory.
// UART2 is on pins that every module leaves free. D27 switches the modem's 4 V regulator where there is one, D23 pulls
// its PWRKEY to ground through a transistor while it is high, for as long as firmware/modem/kinds/a7670.ts says.
import type { BoardData } from '../board';
import {
  CONSOLE_BAUD,
  ESPRUINO_BOARD,
  FLASH,
  LIMITS,
  LINK,
  STORAGE,
  USB_CONSOLE,
  USB_HOST,
} from '../espruino/esp32-chip';

export const NAME = 'esp32-a7670';
export const MODEM_BAUD = 115200;
/** UART2: the modem on HSM-Cold, the service console on HSM-Hot, whose USB socket is the gateway's. */
export const UART2_TX = 'D25';
export const UART2_RX = 'D26';
export const MODEM_ON = 'D27=1,500;D23=0,100;D23=1,100;D23=0,3000';
export const MODEM_OFF = 'D23=1,3000;D23=0,400;D27=0,10';

export const BOARD: BoardData = {
  name: NAME,
  title: 'ESP32 DevKit + A7670',
  espruinoBoard: ESPRUINO_BOARD,
  ports: {
    cold: {
      console: USB_CONSOLE,
      link: LINK,
      modem0: { serial: 'Serial3', baud: MODEM_BAUD, tx: UART2_TX, rx: UART2_RX },
    },
    hot: {
      host: USB_HOST,
      link: LINK,
      console: { serial: 'Serial3', baud: CONSOLE_BAUD, tx: UART2_TX, rx: UART2_RX },
    },
  },
  flash: FLASH,
  storage: STORAGE,
  modem: { on: MODEM_ON, off: MODEM_OFF },
  limits: LIMITS,
};
