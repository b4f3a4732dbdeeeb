// Holds firmware/console/terminal.ts, the line protocol of SPEC.md (console): lines, questions, what is refused,
// nothing echoed.
import { expect } from 'chai';
import { ask, LINE_MAX, makeTerminal, printOk, serveLine, type Terminal } from '../../../firmware/console/terminal';

function rig(defer: (terminal: Terminal, line: string | undefined) => void = serveLine) {
  let listener: (bytes: Uint8Array) => void = () => undefined;
  let said = '';
  const taken: string[] = [];
  const uart = {
    write: (bytes: Uint8Array) => void (said += Buffer.from(bytes).toString('latin1')),
    onData: (next: (bytes: Uint8Array) => void) => void (listener = next),
  };
  const owner = { isInside: false, hal: {} as never };
  const terminal = makeTerminal({
    uart,
    command: (line, own) => {
      taken.push(line);
      if (line === 'throw') throw Object.assign(new Error('what'), { code: 'thrown' });
      if (line === 'name')
        return ask(own, 'your name', (name) => {
          taken.push(`<${name}>`);
          printOk(own);
        });
      if (line !== 'slow') printOk(own);
    },
    owner,
    defer,
  });
  return {
    terminal,
    owner,
    taken,
    type: (text: string) => listener(Uint8Array.from(Buffer.from(text, 'latin1'))),
    said: () => said,
  };
}

describe('console/terminal', () => {
  it('takes lines with any line end, in any pieces, and echoes nothing', () => {
    const { type, taken, said } = rig();
    type('on');
    type('e\r\ntwo\nthree\r');
    expect(taken).to.deep.equal(['one', 'two', 'three']);
    expect(said()).to.equal('ok\r\nok\r\nok\r\n');
  });

  it('a question takes the next line, an empty one too', () => {
    const { type, taken, said } = rig();
    type('name\nsatoshi\nname\n\n');
    expect(taken).to.deep.equal(['name', '<satoshi>', 'name', '<>']);
    expect(said()).to.equal('your name? ok\r\nyour name? ok\r\n');
  });

  it('a line that is too long ends a question, in its turn where lines are deferred', () => {
    const waiting: (() => void)[] = [];
    const { type, terminal, said } = rig((own, line) => void waiting.push(() => serveLine(own, line)));
    type(`name\n${'x'.repeat(LINE_MAX + 1)}\n`);
    waiting.forEach((serve) => serve());
    expect(said()).to.match(/^your name\? error line-long /);
    expect(terminal.answer).to.equal(undefined);
  });

  it('refuses a second command until the first has ended, and a line that is too long', () => {
    const { type, taken, said } = rig();
    type('slow\nother\n');
    expect(said()).to.equal('busy\r\n');
    type(`${'x'.repeat(LINE_MAX + 1)}\n`);
    expect(said()).to.match(/error line-long [^\r]+\r\n$/);
    expect(taken).to.deep.equal(['slow']);
  });

  it('shows what is thrown by its code, and takes commands again', () => {
    const { type, said, owner } = rig();
    type('throw\none\n');
    expect(said()).to.equal('error thrown what\r\nok\r\n');
    expect(owner.isInside).to.equal(false);
  });

  it('deferred lines are served in their order, each with the question that is open by then', () => {
    const waiting: (() => void)[] = [];
    const { type, taken, said } = rig((terminal, line) => void waiting.push(() => serveLine(terminal, line)));
    type('name\nsatoshi\none\n');
    expect([taken, said()]).to.deep.equal([[], '']);
    waiting.forEach((serve) => serve());
    expect(taken).to.deep.equal(['name', '<satoshi>', 'one']);
    expect(said()).to.equal('your name? ok\r\nok\r\n');
  });
});
