// The story of docs/overview.md, whole: with the linux images in Node's engine, with an ESP32's images, and, when
// ESPRUINO points to it, in the genuine interpreter.
import { expect } from 'chai';
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

  it("holds with the ESP32 images in Node's engine", async function () {
    this.timeout(600_000);
    await story({ seed: 'story', board: ESP32 });
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
