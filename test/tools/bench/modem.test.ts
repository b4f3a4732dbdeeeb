// Holds the modem bench: every mood of the simulated SIM800 and a share of the random dialogues. In none is an
// alarm later than ten minutes while the network takes SMS, and in none does a message stay on the SIM for a day.
import { expect } from 'chai';
import { MOODS } from '../../../host/sim/sim800/moods';
import { ALARM_LIMIT_MS, STORE_LIMIT_MS, runDialogue, runDialogues } from '../../../tools/bench/modem/dialogues';

/** Commands of the start-up and of a poll that a driver can do without. */
const COMMANDS = [
  'ATE0',
  'AT+CMEE',
  'AT+CGMM',
  'ATI',
  'AT+CREG=',
  'AT+CREG?',
  'AT+CLTS',
  'AT+CPMS=',
  'AT+CNMI=2',
  'AT+CSQ',
  'AT+CPMS?',
  'AT+COPS?',
  'AT+CBC',
  'AT+CCLK?',
];

describe('bench: modem', function () {
  this.timeout(300_000);
  for (const { name, source, make } of MOODS)
    it(`${source}: ${name}`, () => {
      const { alarmMs, storeMs, received, sent } = runDialogue(name, make());
      expect(alarmMs).to.be.at.most(ALARM_LIMIT_MS);
      expect(storeMs).to.be.at.most(STORE_LIMIT_MS);
      if (name !== 'a place that cannot be read') expect(received).to.be.at.least(sent);
    });

  // A slow modem's answers come to the commands behind, and another than the one at fault is passed over.
  for (const delayMs of [1600, 3000, 7000])
    for (const command of COMMANDS)
      it(`answers after ${delayMs} ms, and restarts at ${command}`, () => {
        const meets = (given: string): 'restart' | undefined => (given.startsWith(command) ? 'restart' : undefined);
        const { alarmMs, storeMs, received, sent } = runDialogue(`${delayMs} ${command}`, { delayMs, meets });
        expect(alarmMs).to.be.at.most(ALARM_LIMIT_MS);
        expect(storeMs).to.be.at.most(STORE_LIMIT_MS);
        expect(received).to.be.at.least(sent);
      });

  it('200 random dialogues', () => expect(runDialogues('suite', 200).bad).to.deep.equal([]));
  // Dialogues of the bench that were beyond a limit, or never ended, before the driver was mended.
  const numbers = [19, 45, 81, 87, 103, 151, 229, 305, 422, 462, 688, 750];
  for (const seed of [...numbers.map((number) => `bench-${number}`), 'last-10', 'last-6089', 'last-6442', 'fin-7004'])
    it(`random dialogue ${seed}`, () => {
      const { alarmMs, storeMs } = runDialogue(seed);
      expect(alarmMs).to.be.at.most(ALARM_LIMIT_MS);
      expect(storeMs).to.be.at.most(STORE_LIMIT_MS);
    });
});
