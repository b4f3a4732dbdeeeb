// The HAL of a TTGO T-Call, for either role. Pins, speeds and sequences are board.ts's.
import type { Hal } from '../../firmware/hal';
import { closePrompt, esp32ColdHal, esp32HotHal } from '../espruino/esp32';
import {
  CHARGER_ADDRESS,
  CHARGER_KEEP_ON,
  CHARGER_REGISTER,
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
  return esp32ColdHal(NAME, { baud: MODEM_BAUD, tx: MODEM_TX, rx: MODEM_RX }, MODEM_ON, MODEM_OFF);
}

export function hotHal(): Hal {
  closePrompt();
  keepPower();
  return esp32HotHal(NAME, { tx: SERVICE_TX, rx: SERVICE_RX });
}
