// Holds: no ESP32 board uses a pin that leads to the PSRAM of a WROVER module (the base probes PSRAM at each start),
// and no two of a role's ports share a pin.
import { expect } from 'chai';
import { ESPRUINO_BOARD, PSRAM_PINS } from '../../boards/espruino/esp32-chip';
import { BOARDS } from '../../tools/flash/boards';

const CHIPS = BOARDS.filter((board) => board.espruinoBoard === ESPRUINO_BOARD);

describe('boards: pins of an ESP32', () => {
  it('are looked at on every such board', () => {
    expect(CHIPS.length).to.be.at.least(4);
  });

  for (const board of CHIPS)
    it(`${board.name}: leaves those of PSRAM free, and uses each once`, () => {
      const levels = [board.modem.on, board.modem.off].join(';').match(/\bD\d+(?==)/g) ?? [];
      for (const ports of Object.values(board.ports)) {
        const pins = Object.values(ports).flatMap(({ tx, rx }) => [tx, rx]);
        expect(new Set(pins).size).to.equal(pins.length);
        expect([...pins, ...levels].filter((pin) => PSRAM_PINS.includes(pin!))).to.deep.equal([]);
      }
    });
});
