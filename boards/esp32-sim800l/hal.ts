// The HAL of an ESP32 DevKit with a SIM800L, for either role. Pins and speeds are board.ts's.
import type { Hal } from '../../firmware/hal';
import { closePrompt, esp32ColdHal, esp32HotHal } from '../espruino/esp32';
import { MODEM_BAUD, MODEM_OFF, MODEM_ON, NAME, UART2_RX, UART2_TX } from './board';

export function coldHal(): Hal {
  closePrompt();
  return esp32ColdHal(NAME, { baud: MODEM_BAUD, tx: UART2_TX, rx: UART2_RX }, MODEM_ON, MODEM_OFF);
}

export function hotHal(): Hal {
  closePrompt();
  return esp32HotHal(NAME, { tx: UART2_TX, rx: UART2_RX });
}
