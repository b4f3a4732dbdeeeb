// Holds: each board's power sequences have the pulses at PWRKEY that its modem's table says, and the driver leaves the
// power off for longer than any board's sequence takes.
import { expect } from 'chai';
import { BOARD as ESP32_A7670 } from '../../boards/esp32-a7670/board';
import { BOARD as ESP32_SIM800L } from '../../boards/esp32-sim800l/board';
import { BOARD as T_CALL } from '../../boards/ttgo-t-call/board';
import { BOARD as T_CALL_A7670 } from '../../boards/ttgo-t-call-a7670/board';
import { A7670_OFF_MS, A7670_ON_MS } from '../../firmware/modem/kinds/a7670';
import { SIM800_OFF_MS, SIM800_ON_MS } from '../../firmware/modem/kinds/sim800';
import { POWER_OFF_MS } from '../../firmware/modem/start-up';

const waits = (steps: string): number[] => steps.split(';').map((step) => Number(step.split(',')[1]));
/** How long a pin is held at a level, ms. */
const pulse = (steps: string, level: string): number[] =>
  steps
    .split(';')
    .filter((step) => step.startsWith(`${level},`))
    .map((step) => Number(step.split(',')[1]));

describe('boards: power of the modem', () => {
  for (const board of [ESP32_A7670, ESP32_SIM800L, T_CALL, T_CALL_A7670])
    it(`${board.name}: off before it is switched on again`, () => {
      expect(waits(board.modem.off).reduce((sum, ms) => sum + ms)).to.be.below(POWER_OFF_MS);
    });

  const pulses = [
    { board: T_CALL, pressed: 'D4=0', onMs: SIM800_ON_MS, offMs: SIM800_OFF_MS },
    { board: T_CALL_A7670, pressed: 'D4=1', onMs: A7670_ON_MS, offMs: A7670_OFF_MS },
    { board: ESP32_A7670, pressed: 'D23=1', onMs: A7670_ON_MS, offMs: A7670_OFF_MS },
  ];
  for (const { board, pressed, onMs, offMs } of pulses)
    it(`${board.name}: presses PWRKEY for ${onMs} and ${offMs} ms`, () => {
      expect(pulse(board.modem.on, pressed)).to.deep.equal([onMs]);
      expect(pulse(board.modem.off, pressed)).to.deep.equal([offMs]);
    });
});
