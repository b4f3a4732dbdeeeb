// The HAL of a T-Call A7670 V1.1, for either role. Pins and speeds are board.ts's.
import type { Hal } from '../../firmware/hal';
import { closePrompt, esp32ColdHal, esp32HotHal } from '../espruino/esp32';
import { MODEM_BAUD, MODEM_OFF, MODEM_ON, MODEM_RX, MODEM_TX, NAME, SERVICE_RX, SERVICE_TX } from './board';

export function coldHal(): Hal {
  closePrompt();
  return esp32ColdHal(NAME, { baud: MODEM_BAUD, tx: MODEM_TX, rx: MODEM_RX }, MODEM_ON, MODEM_OFF);
}

export function hotHal(): Hal {
  closePrompt();
  return esp32HotHal(NAME, { tx: SERVICE_TX, rx: SERVICE_RX });
}
