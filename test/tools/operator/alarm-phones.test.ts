// Holds tools/operator/alarm-phones.ts: a board that would warn nobody says so at the end of each flow, and a restored
// one again.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setPhones } from '../../../host/operator';
import { readPhones } from '../../../tools/operator/alarm-phones';
import { makeBackup } from '../../../tools/operator/backup';
import type { Desk } from '../../../tools/operator/desk';
import { provisionBoard } from '../../../tools/operator/provision';
import { restoreBoard } from '../../../tools/operator/restore';
import { createTranscript } from '../../../tools/operator/transcript';
import { DICE, makeRig, PIN, START_S, type Rig } from '../../firmware/rig';

const PHONE = '+8613800000008';

/** A person who types what is asked; words: those of the paper. */
function deskOf(rig: Rig, words: string[] = []): Desk & { screen: string[] } {
  const screen: string[] = [];
  const dice = [DICE, ''];
  const askSecret = async (question: string): Promise<string> => {
    if (question.startsWith('rolls')) return dice.shift() ?? '';
    const word = /^word (\d+)/.exec(question);
    return word ? words[Number(word[1]) - 1] : PIN;
  };
  const say = (text: string): void => {
    screen.push(text);
    if (/^( +\d+ [a-z]+ *)+$/.test(text))
      for (const match of text.matchAll(/(?:^|\s)(\d{1,2}) ([a-z]{3,8})\b/g)) words[Number(match[1]) - 1] = match[2]!;
  };
  const people = { say, askSecret, ask: async () => '0', confirm: async () => true, close: () => undefined };
  return {
    screen,
    client: rig.coldConsole,
    people,
    transcript: createTranscript(undefined, () => START_S * 1000),
    nowMs: () => START_S * 1000 + rig.world.nowMs,
    random: rig.runtime.random,
  };
}

const outDir = (): string => fs.mkdtempSync(path.join(os.tmpdir(), 'phones-'));
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
const warnings = ({ screen }: { screen: string[] }): string =>
  screen.filter((line) => line.startsWith('!! ')).join('\n');

describe('operator: admin phones', () => {
  it('provision warns of a board without phones, fails if strict, accepts phones given now or before', async () => {
    const rig = makeRig();
    const words: string[] = [];
    const first = deskOf(rig, words);
    await rig.world.finish(provisionBoard(first, { accounts: [], outDir: outDir() }));
    expect(warnings(first)).to.include('The board has no admin phones').and.include('--phones');
    const strict = deskOf(rig);
    expect(
      await codeOf(rig.world.finish(provisionBoard(strict, { accounts: [], outDir: outDir(), isStrict: true }))),
    ).to.equal('no-phones');
    expect(strict.transcript.entries().some((entry) => entry.step === 'no alarm phones')).to.equal(true);
    const given = deskOf(rig);
    await rig.world.finish(provisionBoard(given, { accounts: [], outDir: outDir(), phones: [PHONE], isStrict: true }));
    const again = deskOf(rig);
    await rig.world.finish(provisionBoard(again, { accounts: [], outDir: outDir(), isStrict: true }));
    expect(warnings(given) + warnings(again)).to.equal('');

    const backup = await rig.world.finish(
      makeBackup(rig.coldConsole, { board: 'fake', commit: 'test', interpreter: 'node' }, PIN, START_S * 1000),
    );
    const second = makeRig({ seed: 'second' });
    const restored = deskOf(second, words);
    await second.world.finish(
      restoreBoard(restored, { accounts: [], known: backup.accounts, state: backup.state, outDir: outDir() }),
    );
    expect(warnings(restored), 'the backup holds the phones').to.equal('');
    await second.world.finish(setPhones(second.coldConsole, [], PIN));
    expect(
      await codeOf(
        second.world.finish(
          restoreBoard(deskOf(second), { accounts: [], known: [], outDir: outDir(), isStrict: true }),
        ),
      ),
    ).to.equal('no-phones');
    await second.world.finish(setPhones(second.coldConsole, [PHONE], PIN));
    expect(
      await codeOf(
        second.world.finish(
          restoreBoard(deskOf(second), { accounts: [], known: [], outDir: outDir(), isStrict: true }),
        ),
      ),
    ).to.equal('done');
  });

  it('reads the numbers, and no others', () => {
    expect(readPhones(undefined)).to.equal(undefined);
    expect(readPhones(`${PHONE}, +49301234567`)).to.deep.equal([PHONE, '+49301234567']);
    for (const bad of ['', ',', '13800', `${PHONE},`, '+12'])
      expect(() => readPhones(bad), bad)
        .to.throw()
        .with.property('code', 'usage');
  });
});
