// ESP32 DevKit with a SIM800L module on wires. UART0 is the USB socket and cannot be moved to other pins.
// 19,200 baud between machines: the UART driver of Espruino up to 2v29 loses bytes in longer bursts at higher speeds.
// UART2 is on pins that every module leaves free: D16 and D17 lead to the PSRAM of a WROVER.
// The SIM800L starts by itself when powered; D27 switches its 4 V regulator where there is one, D23 is its RST.
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

export const NAME = 'esp32-sim800l';
export const MODEM_BAUD = 19200;
/** UART2: the modem on HSM-Cold, the service console on HSM-Hot, whose USB socket is the gateway's. */
export const UART2_TX = 'D25';
export const UART2_RX = 'D26';
export const MODEM_ON = 'D27=1,1200;D23=0,150;D23=1,3000';
export const MODEM_OFF = 'D23=0,10;D27=0,10';

export const BOARD: BoardData = {
  name: NAME,
  title: 'ESP32 DevKit + SIM800L',
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
