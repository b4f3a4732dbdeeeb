// Words from paper and steel plates (airgap-vault #2, iota firefly #869, iancoleman/bip39 #19, eclair-mobile #52,
// HODLER #151): taken where it is unmistakable, never another seed, always words that say what is wrong. Spec: BIP39.
// Neighbours: each way of numbering, dividing, shortening and writing letters; each question that takes words (of the
// backup, of the ceremony's way back); too few, too many, none; a word in the wrong place; noise at the question, which
// is no word and costs no try.
import { wordlist } from '@scure/bip39/wordlists/english';
import { expect } from 'chai';
import type { People } from '../../../tools/console/people';
import { askBackupWords, askWordsBack } from '../../../tools/operator/ceremony-input';

const WORDS = `${'abandon '.repeat(23)}art`.split(' ');
const OTHER = (
  'letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic avoid ' +
  'letter advice cage absurd amount doctor acoustic bless'
).split(' ');

async function ask<T>(
  answers: string[],
  by: (people: People) => Promise<T>,
): Promise<{ words?: T; code?: string; said: string[] }> {
  const said: string[] = [];
  const left = [...answers];
  const people = {
    askSecret: async () => {
      if (left.length === 0) throw Object.assign(new Error(), { code: 'asked-again' });
      return left.shift()!;
    },
    say: (text: string) => void said.push(text),
  } as unknown as People;
  try {
    return { words: await by(people), said };
  } catch (error) {
    return { code: (error as { code: string }).code, said };
  }
}

const short = (words: string[]): string[] => words.map((word) => word.slice(0, 4));
const wide = (text: string): string => [...text].map((c) => String.fromCodePoint(c.charCodeAt(0) + 0xfee0)).join('');

describe('words from paper', () => {
  const forms: [string, (words: string[]) => string[]][] = [
    ['one a line', (words) => words],
    ['capital letters', (words) => words.map((word) => word.toUpperCase())],
    ['blanks around', (words) => words.map((word) => `  ${word}\u00a0`)],
    ['full-width letters', (words) => words.map(wide)],
    ['with numbers', (words) => words.map((word, i) => `${i + 1}. ${word}`)],
    ['with numbers, no blank', (words) => words.map((word, i) => `${i + 1})${word}`)],
    ['numbers without a point', (words) => words.map((word, i) => `${i + 1} ${word}`)],
    ['all in one line', (words) => [words.join(' ')]],
    ['with commas', (words) => [words.join(', ')]],
    ['with tabs and numbers in one line', (words) => [words.map((word, i) => `${i + 1}.\t${word}`).join('\t')]],
    ['in lines of six', (words) => [0, 6, 12, 18].map((n) => words.slice(n, n + 6).join(' '))],
    ['four letters a word', short],
    ['four letters a word, in one line, capital', (words) => [short(words).join(' ').toUpperCase()]],
    ['five letters a word', (words) => words.map((word) => word.slice(0, 5))],
  ];
  for (const [name, form] of forms)
    it(`${name}: the right words`, async () => {
      for (const words of [WORDS, OTHER]) expect((await ask(form(words), askBackupWords)).words).to.deep.equal(words);
    });

  it('typed short or many at once, they are shown whole', async () => {
    for (const answers of [short(OTHER), [OTHER.join(' ')]]) {
      const { said } = await ask(answers, askBackupWords);
      expect(
        said
          .join(' ')
          .match(/[a-z]+/g)!
          .filter((each) => wordlist.includes(each))
          .join(' '),
      ).to.include(OTHER.slice(0, 4).join(' '));
      for (const [i, word] of OTHER.entries()) expect(said.join('\n')).to.match(new RegExp(`\\b${i + 1} ${word}\\b`));
    }
    expect((await ask(OTHER, askBackupWords)).said).to.deep.equal([]);
  });

  it('every word by its first four letters, and no other', async () => {
    for (const word of wordlist) {
      const found = (await ask([word.slice(0, 4), 'x'], askBackupWords)).said;
      expect(found, word).to.have.length(1);
    }
  });

  const wrong: [string, string[], RegExp | undefined, string][] = [
    ['a checksum that is wrong', [...WORDS.slice(0, 23), 'abandon'], undefined, 'words-wrong'],
    ['two that changed places', [...WORDS.slice(0, 22), 'art', 'abandon'], undefined, 'words-wrong'],
    ['too few', WORDS.slice(0, 12), undefined, 'asked-again'],
    ['too many in one line', [[...WORDS, 'abandon'].join(' ')], /25 words/, 'asked-again'],
    ['no word', ['abandom'], /none of the 2,048/, 'asked-again'],
    ['three letters of a longer one', ['aba'], /none of the 2,048/, 'asked-again'],
    ['four letters and others', ['abanxyz'], /none of the 2,048/, 'asked-again'],
    ['one that is none within a line', ['abandon abandom'], /word 2 is none/, 'asked-again'],
    ['numbers in columns', ['1. abandon 13. abandon'], /number 13 stands before word 2/, 'asked-again'],
    ['nothing', [''], /missing/, 'asked-again'],
    ['numbers alone', ['1.'], /missing/, 'asked-again'],
    ['digits within', ['aband0n'], /none of the 2,048/, 'asked-again'],
  ];
  for (const [name, answers, says, code] of wrong)
    it(`${name}: told, and nothing of the line taken`, async () => {
      const found = await ask(answers, askBackupWords);
      expect(found.code).to.equal(code);
      if (says) expect(found.said.join('\n')).to.match(says);
    });

  const back = (answers: string[]): Promise<{ code?: string; said: string[] }> =>
    ask(answers, (people) => askWordsBack(people, OTHER));
  for (const [name, form] of forms.filter(([, each]) => each(OTHER).length === OTHER.length))
    it(`the ceremony's words back, ${name}: taken`, async () => {
      expect(await back(form(OTHER))).to.deep.equal({ words: undefined, said: [] });
    });

  it("the ceremony's words back: what is no word costs no try, three wrong words end it", async () => {
    const noise = ['AT', 'AT+GCAP', '', '+++', 'lett advi', '2. letter'];
    expect(await back([...noise, 'zoo', 'zone', ...noise, ...OTHER])).to.not.have.property('code');
    const wrong = await back(['zoo', 'AT', 'zone', 'zebra', ...OTHER]);
    expect([wrong.code, wrong.said.length]).to.deep.equal(['word-wrong', 3]);
    expect((await back(['advice', 'advice', 'advice'])).code).to.equal('word-wrong');
  });
});
