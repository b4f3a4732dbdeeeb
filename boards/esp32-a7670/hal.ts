// The HAL of an ESP32 DevKit with an A7670, for either role. Pins and speeds are board.ts's.
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
  NAME,
  UART2_RX,
  UART2_TX,
} from './board';

export function coldHal(): Hal {
  closePrompt();
  return esp32Hal(
    NAME,
    {
      console: openUart(Serial1, CONSOLE_BAUD, {}),
      link: openUart(Serial2, LINK_BAUD, { tx: LINK_TX, rx: LINK_RX }),
      modems: [openUart(Serial3, MODEM_BAUD, { tx: UART2_TX, rx: UART2_RX })],
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
      console: openUart(Serial3, CONSOLE_BAUD, { tx: UART2_TX, rx: UART2_RX }),
      link: openUart(Serial2, LINK_BAUD, { tx: LINK_TX, rx: LINK_RX }),
      host: openUart(Serial1, HOST_BAUD, {}),
      modems: [],
    },
    '',
    '',
  );
}
