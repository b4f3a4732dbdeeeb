// TTGO T-Call: ESP32 with a SIM800L on the board. D16 and D17 belong to its PSRAM. The modem's supply is D23, its
// PWRKEY D4 (a pulse to low of a second turns it on), its RST D5; the charging chip IP5306 on I2C (D21, D22) must be
// told to go on giving power when little current flows. 19,200 baud between machines, as on the other ESP32 board.
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

export const NAME = 'ttgo-t-call';
export const MODEM_BAUD = 19200;
export const MODEM_TX = 'D27';
export const MODEM_RX = 'D26';
/** HSM-Hot's service console; its USB socket is the gateway's. */
export const SERVICE_TX = 'D14';
export const SERVICE_RX = 'D13';
export const MODEM_ON = 'D5=1,10;D23=1,100;D4=1,100;D4=0,1000;D4=1,3000';
export const MODEM_OFF = 'D4=0,1500;D4=1,1500;D23=0,10';
export const CHARGER_ADDRESS = 0x75;
/** Register SYS_CTL0 with the boost converter kept on. */
export const CHARGER_REGISTER = 0x00;
export const CHARGER_KEEP_ON = 0x37;

export const BOARD: BoardData = {
  name: NAME,
  title: 'TTGO T-Call (ESP32 with SIM800L)',
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
