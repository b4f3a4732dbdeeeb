// The story of docs/overview.md, whole: with the linux images in Node's engine, with an ESP32's images, and, when
// ESPRUINO points to it, in the genuine interpreter.
import { expect } from 'chai';
import { FIRST_SUPPORTED, modesOf } from '../../../boards/espruino/builds';
import { BOARD as ESP32 } from '../../../boards/esp32-sim800l/board';
import { createSimulation, type SimulationOptions } from '../../../host/sim/simulation';
import { runStory } from '../../../host/sim/story';

async function story(options: SimulationOptions): Promise<void> {
  const sim = await createSimulation(options);
  try {
    const result = await runStory(sim);
    expect(result.steps.filter((step) => !step.ok)).to.deep.equal([]);
    expect(result.ok).to.equal(true);
    expect(result.txids.length).to.be.at.least(7);
    expect(result.sms.sent).to.be.greaterThan(6);
  } finally {
    await sim.close();
  }
}

describe('the story', function () {
  it("holds with the linux images in Node's engine", async function () {
    this.timeout(600_000);
    await story({ seed: 'story' });
  });

  it("holds with the ESP32 images and all ways of a supported build's port", async function () {
    this.timeout(600_000);
    await story({ seed: 'story', board: ESP32, modems: 1, portModes: modesOf(FIRST_SUPPORTED) });
  });

  for (const [what, options, words] of [
    [
      'a build that loses octets',
      { portModes: modesOf('2v29') },
      /HSM-Cold lost \d+ octets on its console: octets that wait behind another event of the same line are lost; /,
    ],
    ['a radio that is on', { radios: ['ble'] }, /^radio-on: /],
  ] as [string, SimulationOptions, RegExp][])
    it(`fails at its first step with ${what}, and says so`, async function () {
      this.timeout(60_000);
      const sim = await createSimulation({ seed: 'story', board: ESP32, modems: 1, ...options });
      try {
        const { ok, steps } = await runStory(sim);
        expect(ok).to.equal(false);
        expect(steps).to.have.length(1);
        expect(steps[0].error).to.match(words);
      } finally {
        await sim.close();
      }
    });

  it('holds in the genuine interpreter', async function () {
    this.timeout(2_400_000);
    const espruino = process.env.ESPRUINO;
    if (!espruino) {
      this.test!.title += ' (skipped: ESPRUINO is not set)';
      this.skip();
    }
    await story({ seed: 'story', espruino });
  });
});
