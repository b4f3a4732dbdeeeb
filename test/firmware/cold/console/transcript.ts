// What a board's console says to what is typed, as text to be kept: `> ` before a line that was typed, then what came,
// as it came. What differs from board to board (keys, words, counts of the flash) stands as `<...>`. Source of the
// files in test/vectors/console.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Line, World } from '../../fake-hal';

const FOLDER = path.resolve(__dirname, '../../../../../test/vectors/console');

/** What is the board's own, or its flash's, and no part of the protocol. */
const OWN: [RegExp, string][] = [
  [/^(journal|uptime|flash|payments) .*$/, '$1 <figures>'],
  [/^\.{1000,}$/, '<a line that is too long>'],
  [/^(backup|account add|account change \d+|sweep begin|sweep input|sweep prev) \S{20,}$/, '$1 <base64>'],
  [/^(selftest) \S+$/, '$1 <name>'],
  [/^(word \d+) [a-z]+$/, '$1 <word>'],
  [/^check word \d+\? $/, 'check word <n>? '],
  [/\b[tx]pub[1-9A-HJ-NP-Za-km-z]{20,}/g, '<xpub>'],
  [/\b[0-9a-f]{8,}\b/g, '<hex>'],
  [/^audit \d+ \d+ /, 'audit <n> <time> '],
  [/^log \d+ \d+ \d+ /, 'log <n> <start> <uptime> '],
  [/^(head|audit) \d+ /, '$1 <n> '],
  [/^time \d+$/, 'time <time>'],
  [/it is \d+$/, 'it is <time>'],
  [/that is not word \d+/, 'that is not word <n>'],
  [/^(pairing) .*$/, '$1 <code>'],
  [/ queued \d+$/, ' queued <n>'],
  [/^ack \d{3,}$/, 'ack <n>'],
  [/ alarm (\S+) \d+$/, ' alarm $1 <n>'],
];

export interface Recorder {
  /** Types a line, and the lines after it at the questions that come; `{n}` in an answer: see `words`. */
  type(line: string, answers?: string[]): Promise<string[]>;
  /** Everything so far. */
  text(): string;
  /** Words that `word <n> <word>` lines showed. */
  words: string[];
}

/** One line without what is the board's own. */
export function plainLine(line: string): string {
  return OWN.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line);
}

export function createRecorder(world: World, line: Line): Recorder {
  let heard = '';
  line.port.onData((bytes) => void (heard += Buffer.from(bytes).toString('latin1')));
  const kept: string[] = [];
  const words: string[] = [];

  const isOver = (): boolean => heard.endsWith('? ') || /(^|\n)(ok|busy|error [^\n]*)\r\n$/.test(heard);

  /** One line goes out; gives the lines that came, raw. */
  async function send(text: string): Promise<string[]> {
    heard = '';
    line.port.write(new Uint8Array(Buffer.from(`${text}\n`, 'latin1')));
    if (!(await world.until(isOver, 120_000))) throw new Error(`"${text}" was not answered: ${heard}`);
    const came = heard.split('\r\n').filter((each) => each !== '');
    for (const each of came) {
      const shown = /^word \d+ ([a-z]+)$/.exec(each);
      if (shown) words.push(shown[1]);
    }
    for (const each of [`> ${text}`, ...came]) {
      const plain = each.startsWith('> ') ? `> ${plainLine(each.slice(2))}` : plainLine(each);
      if (plain !== 'selftest <name>' || plain !== kept[kept.length - 1]) kept.push(plain);
    }
    return came;
  }

  return {
    words,
    text: () => `${kept.join('\n')}\n`,
    async type(text, answers = []) {
      let came = await send(text);
      for (const answer of answers) came = await send(answer);
      for (;;) {
        const check = /^check word (\d+)\? $/.exec(came[came.length - 1]);
        if (!check) return came;
        const [before, word] = [kept.length, words[Number(check[1]) - 1]];
        came = await send(word);
        kept[before] = '> <word>';
      }
    },
  };
}

/** The kept transcript; UPDATE_TRANSCRIPTS writes it anew. */
export function keptTranscript(name: string, now: string): string {
  const file = path.join(FOLDER, `${name}.txt`);
  if (process.env.UPDATE_TRANSCRIPTS) fs.writeFileSync(file, now);
  return fs.readFileSync(file, 'utf8');
}
