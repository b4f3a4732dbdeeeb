// The audit log and its verifier, against a real board: whatever is removed, changed, moved or invented shows, or is
// named as held by nothing. Spec: SPEC.md 10, header comments of firmware/cold/state/store.ts.
import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { parseLog, readLog, verifyLog, verifyShown, type AuditPin, type LogVerdict } from '../../../host/operator';
import { makeCoin, out, pay } from '../../firmware/payments';
import { channelRig } from '../../firmware/rig';

/** A log whose hashes are right: what an attacker can write who knows no board. rows: code of each entry. */
function invent(codes: number[], from = 1, previous = '0'.repeat(64)): string[] {
  const lines: string[] = [];
  codes.forEach((code, i) => {
    const body = Buffer.alloc(10);
    body.writeUInt32BE(from + i, 0);
    body.writeUInt32BE(1_760_000_000 + i, 4);
    body[8] = code;
    body[9] = 255;
    previous = createHash('sha256').update(Buffer.from(previous, 'hex')).update(body).digest('hex');
    lines.push(`audit ${from + i} ${1_760_000_000 + i} ${code} 255 - ${previous}`);
  });
  return [...lines, closing(lines)];
}

/** The closing line as it would be; it is not signed, so anybody can rewrite it. */
function closing(entries: string[]): string {
  const words = entries[entries.length - 1].split(' ');
  return `head ${words[1]} ${words[6]}`;
}

const rewrite = (entries: string[]): string[] => [...entries, closing(entries)];
const said = (verdict: LogVerdict): string => [...verdict.faults, ...verdict.notes].join('; ');

describe('operator/audit', () => {
  let lines: string[];
  let entries: string[];
  let pinOf: (n: number, digits?: number) => AuditPin;
  let last: number;
  before(async () => {
    const rig = await channelRig();
    await pay(rig, { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 });
    lines = await rig.world.finish(readLog(rig.coldConsole));
    entries = lines.filter((line) => line.startsWith('audit '));
    last = entries.length;
    pinOf = (n, digits = 16) => ({ n, head: parseLog(lines)[n - 1].head.slice(0, digits) });
  });

  it('verifies what the board exports, and names what only the file vouches for', () => {
    expect(verifyLog([lines])).to.deep.include({
      ok: true,
      entries: last,
      first: 1,
      last,
      faults: [],
      notes: [`entries 1 to ${last} are held by nothing but the log itself`],
    });
    expect(verifyLog([lines], [pinOf(2)]).notes).to.deep.equal([
      `entries 3 to ${last} are held by nothing but the log itself`,
    ]);
    expect(verifyLog([lines], [pinOf(last - 1)]).notes).to.deep.equal([
      `entry ${last} is held by nothing but the log itself`,
    ]);
    expect(verifyLog([lines], [pinOf(last)])).to.deep.include({ ok: true, faults: [], notes: [] });
  });

  it('attack: any part of any entry changed, the closing line rewritten', () => {
    for (let i = 0; i < entries.length; i++) {
      const words = entries[i].split(' ');
      for (const [at, value] of [
        [1, String(i + 2)],
        [2, String(Number(words[2]) + 1)],
        [2, '4294967296'],
        [3, '9'],
        [4, '7'],
        [4, '300'],
        [5, 'beef'],
        [5, `${words[5] === '-' ? '' : words[5]}0`],
        [6, 'ab'.repeat(32)],
      ] as const) {
        const changed = [...words];
        if (changed[at] === value) continue;
        changed[at] = value;
        const verdict = verifyLog(
          [rewrite([...entries.slice(0, i), changed.join(' '), ...entries.slice(i + 1)])],
          [pinOf(last)],
        );
        expect(verdict.ok, `${i}.${at}`).to.equal(false);
      }
    }
    // Without a pin too: each entry but the last is under the hash of the next.
    const first = entries[0].replace(/^(audit 1 \d+) \d+ /, '$1 99 ');
    expect(first).not.to.equal(entries[0]);
    expect(said(verifyLog([[first, ...lines.slice(1)]]))).to.include('entry 1 was changed');
  });

  it('attack: entries removed at the beginning, in the middle, at the end; the closing line rewritten', () => {
    for (let i = 0; i < entries.length - 1; i++)
      expect(verifyLog([rewrite([...entries.slice(0, i), ...entries.slice(i + 1)])]).ok, String(i)).to.equal(false);
    const beheaded = verifyLog([lines.slice(1)]);
    expect(beheaded.faults).to.deep.equal([
      'entry 1 is not shown, and nothing seen before ties the rest to them',
      'entry 2 is unverified: the head before it is not known',
    ]);
    expect(said(verifyLog([[...entries.slice(0, 2), ...lines.slice(3)]]))).to.include('entry 3 is missing');
    const cut = rewrite(entries.slice(0, -1));
    expect(verifyLog([cut]).notes.join()).to.include('held by nothing');
    expect(verifyLog([cut], [pinOf(last)]).faults).to.deep.equal([
      `entry ${last}, seen before, is missing: entries were removed at the end`,
    ]);
    expect(verifyLog([[...entries.slice(0, -1), lines[last]]]).faults).to.deep.equal(['the last entries are missing']);
    expect(verifyLog([entries]).faults).to.deep.equal(['the closing line with the head is missing']);
    for (const none of [[], [lines[last]], ['head 0 ' + '0'.repeat(64)]]) expect(verifyLog([none]).ok).to.equal(false);
  });

  it('attack: the first entry shown rewritten where the beginning is left out', () => {
    const shown = lines.slice(4);
    const words = shown[0].split(' ');
    words[3] = '9';
    const changed = [words.join(' '), ...shown.slice(1)];
    expect(verifyLog([changed]).ok).to.equal(false);
    // A pin ties the beginning; this entry's own content stays unproved, and is named.
    const tied = verifyLog([changed], [pinOf(last)]);
    expect(tied.notes).to.deep.equal([
      'entries 1 to 4 are not shown',
      'entry 5 is unverified: the head before it is not known',
    ]);
    // What was before it, in full or as an earlier export, proves it.
    expect(verifyLog([changed], [pinOf(4, 64)]).faults).to.deep.equal([
      'entry 5 was changed, or what is before it was',
    ]);
    expect(verifyLog([changed, rewrite(entries.slice(0, 4))]).faults).to.deep.equal([
      'entry 5 was changed, or what is before it was',
    ]);
    expect(verifyLog([shown], [pinOf(4, 64)]).ok).to.equal(true);
    expect(verifyLog([shown], [pinOf(4)]).ok).to.equal(false);
  });

  it('attack: an invented log, whole or from some entry on', () => {
    const made = invent([1, 4, 15, 10, 10, 10, 10, 10, 10, 10]);
    expect(verifyLog([made]).notes).to.deep.equal(['entries 1 to 10 are held by nothing but the log itself']);
    expect(verifyLog([made], [pinOf(3)]).faults).to.deep.equal(['entry 3 is not the one that was seen before']);
    const late = invent([10, 10, 10], 5);
    expect(verifyLog([late]).ok).to.equal(false);
    expect(verifyLog([late, rewrite(entries.slice(0, 4))]).faults.join()).to.include('entry 5 was changed');
    const ending = invent([10, 10], 5, pinOf(4, 64).head).filter((line) => line.startsWith('audit '));
    const forked = rewrite([...entries.slice(0, 4), ...ending]);
    expect(verifyLog([forked], [pinOf(4)]).notes.join()).to.include(
      'entries 5 to 6 are held by nothing but the log itself',
    );
    expect(verifyLog([forked, lines]).faults.join()).to.include('entry 5 is not the one that was shown before');
  });

  it('attack: entries in another order, doubled, lines that are nearly entries', () => {
    for (let i = 1; i < entries.length; i++) {
      const swapped = [...entries];
      [swapped[i - 1], swapped[i]] = [swapped[i], swapped[i - 1]];
      expect(verifyLog([rewrite(swapped)]).ok, String(i)).to.equal(false);
    }
    expect(said(verifyLog([[entries[0], ...lines]]))).to.include('entry 1 is out of order');
    expect(said(verifyLog([[entries[0].replace('audit 1 ', 'audit 01 '), ...lines]]))).to.include('a line is no entry');
    expect(verifyLog([[`audit ${last} head ${'ab'.repeat(32)}`, 'ok', ...lines]]).ok, 'a line of status').to.equal(
      true,
    );
  });

  it('joins exports that overlap or meet, in any order and in one file; finds a gap between them', () => {
    const [early, late, met] = [rewrite(entries.slice(0, 4)), lines.slice(2), lines.slice(4)];
    for (const files of [[early, late], [late, early], [early, met], [[...early, ...late]]])
      expect(verifyLog(files)).to.deep.include({ ok: true, entries: last, faults: [] });
    expect(verifyLog([early, met]).notes).to.deep.equal([
      `entries 5 to ${last} are held by nothing but the log itself`,
    ]);
    expect(verifyLog([early, lines.slice(5)], [pinOf(last)]).faults).to.deep.equal(['entry 5 is missing']);
    expect(verifyLog([early.slice(1), late], [pinOf(last)]).notes).to.deep.equal([
      'entry 1 is not shown',
      'entry 2 is unverified: the head before it is not known',
    ]);
  });

  it('a board at its own console may begin late, nothing else', () => {
    expect(verifyShown(lines)).to.deep.include({ ok: true, notes: [] });
    expect(verifyShown(lines.slice(3))).to.deep.include({
      ok: true,
      notes: ['entries 1 to 3 are not shown', 'entry 4 is unverified: the head before it is not known'],
    });
    expect(verifyShown([lines[0], ...lines.slice(2)]).ok).to.equal(false);
    expect(verifyShown(entries).ok).to.equal(false);
  });

  it('a pin of what is not shown was not compared, and says so', () => {
    expect(verifyLog([lines.slice(4)], [pinOf(2), pinOf(last)]).notes[0]).to.equal(
      'entry 2, seen before, is not shown: it was not compared',
    );
  });
});
