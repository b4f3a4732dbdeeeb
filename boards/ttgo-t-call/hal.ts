// The HAL of a TTGO T-Call, for either role. Pins, speeds and sequences are board.ts's.
import type { Hal } from '../../firmware/hal';
import { closePrompt, esp32Hal } from '../espruino/esp32';
import { openUart } from '../espruino/uart';
import {
  CHARGER_ADDRESS,
  CHARGER_KEEP_ON,
  CHARGER_REGISTER,
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

declare var I2C1: {
  setup(options: { [name: string]: unknown }): void;
  writeTo(address: number, ...data: number[]): void;
};

/** A board on a mains supply runs without the charger's answer, so a failure here stops nothing. */
function keepPower(): void {
  try {
    I2C1.setup({ sda: 'D21', scl: 'D22' });
    I2C1.writeTo(CHARGER_ADDRESS, CHARGER_REGISTER, CHARGER_KEEP_ON);
  } catch (error) {
    return;
  }
}

export function coldHal(): Hal {
  closePrompt();
  keepPower();
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
  keepPower();
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
