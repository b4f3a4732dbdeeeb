// The HAL of a T-Call A7670 V1.1, for either role. Pins and speeds are board.ts's.
import type { Hal } from '../../firmware/hal';
import { closePrompt, esp32Hal } from '../espruino/esp32';
import { openUart } from '../espruino/uart';
import {
  CONSOLE_BAUD,
  HOST_BAUD,
  LINK_BAUD,
  LINK_RX,
  LINK_TX,
  MODEM_BAUD,
  MODEM_OFF,
  MODEM_ON,
  MODEM_RX,
  MODEM_TX,
  NAME,
  SERVICE_RX,
  SERVICE_TX,
} from './board';

export function coldHal(): Hal {
  closePrompt();
  return esp32Hal(
    NAME,
    {
      console: openUart(Serial1, CONSOLE_BAUD, {}),
      link: openUart(Serial2, LINK_BAUD, { tx: LINK_TX, rx: LINK_RX }),
      modems: [openUart(Serial3, MODEM_BAUD, { tx: MODEM_TX, rx: MODEM_RX })],
    },
    MODEM_ON,
    MODEM_OFF,
  );
}

export function hotHal(): Hal {
  closePrompt();
  return esp32Hal(
    NAME,
    {
      console: openUart(Serial3, CONSOLE_BAUD, { tx: SERVICE_TX, rx: SERVICE_RX }),
      link: openUart(Serial2, LINK_BAUD, { tx: LINK_TX, rx: LINK_RX }),
      host: openUart(Serial1, HOST_BAUD, {}),
      modems: [],
    },
    '',
    '',
  );
}
