// LilyGo T-Call A7670 V1.1: ESP32 with an A7670 (LTE) on the board; V1.0 has other pins. D4 pulls the modem's PWRKEY
// while it is high, for as long as firmware/modem/kinds/a7670.ts says; D5 is its RESET, low for 2.6 s; its supply is
// not switched. D13 is a lamp, D32 and D33 are the modem's DTR and RI. 19,200 baud between the boards, as on the other
// ESP32 boards; an A7670 speaks 115,200 from the factory. Pins: LilyGo-Modem-Series, utilities.h.
import type { BoardData } from '../board';
import {
  CONSOLE_BAUD,
  ESPRUINO_BOARD,
  EXTERNAL_LIMITS,
  FLASH,
  LINK,
  STORAGE,
  USB_CONSOLE,
  USB_HOST,
} from '../espruino/esp32-chip';

export const NAME = 'ttgo-t-call-a7670';
export const MODEM_BAUD = 115200;
export const MODEM_TX = 'D27';
export const MODEM_RX = 'D26';
/** HSM-Hot's service console; its USB socket is the gateway's. */
export const SERVICE_TX = 'D14';
export const SERVICE_RX = 'D25';
export const MODEM_ON = 'D5=1,100;D5=0,2600;D5=1,100;D4=0,100;D4=1,100;D4=0,3000';
export const MODEM_OFF = 'D4=1,3000;D4=0,10';

export const BOARD: BoardData = {
  name: NAME,
  title: 'T-Call A7670 V1.1',
  espruinoBoard: ESPRUINO_BOARD,
  ports: {
    cold: {
      console: USB_CONSOLE,
      link: LINK,
      modem0: { serial: 'Serial3', baud: MODEM_BAUD, tx: MODEM_TX, rx: MODEM_RX },
    },
    hot: {
      host: USB_HOST,
      link: LINK,
      console: { serial: 'Serial3', baud: CONSOLE_BAUD, tx: SERVICE_TX, rx: SERVICE_RX },
    },
  },
  flash: FLASH,
  storage: STORAGE,
  modem: { on: MODEM_ON, off: MODEM_OFF },
  limits: EXTERNAL_LIMITS,
};
