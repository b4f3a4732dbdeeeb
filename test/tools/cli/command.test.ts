// Holds tools/cli/{command,config-file,main}.ts: flags, usage errors and exit codes (0 done, 1 failed, 2 bad usage).
import { Type } from '@sinclair/typebox';
import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { aPort, readInput, usageOf, type Command } from '../../../tools/cli/command';
import { HttpUrl, Port, Positive, readConfig, settings, Text, Texts } from '../../../tools/cli/config-file';

const ROOT = resolve(__dirname, '..', '..', '..', '..');

const COMMAND: Command = {
  name: 'demo',
  summary: 'does nothing',
  flags: {
    fast: { help: 'a switch' },
    size: { value: 'N', help: 'a value', default: '7' },
    each: { value: 'X', help: 'a list', isList: true },
  },
  positionals: ['file', 'other?'],
  run: async () => 0,
};

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'no error';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

function chaincloud(...args: string[]): { code: number | null; out: string; err: string } {
  const script = "require('./dist/tools/cli/main.js').main(process.argv.slice(1))";
  const done = spawnSync(process.execPath, ['-e', script, '--', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

describe('command line input', () => {
  it('reads switches, values, defaults and positionals', () => {
    expect(readInput(COMMAND, ['--fast', 'a.txt'])).to.deep.equal({
      values: { size: '7' },
      switches: { fast: true },
      lists: { each: [] },
      positionals: ['a.txt'],
    });
    expect(readInput(COMMAND, ['a', '--each', '1', '--each', '2']).lists).to.deep.equal({ each: ['1', '2'] });
    expect(readInput(COMMAND, ['a', 'b', '--size', '9']).values.size).to.equal('9');
  });

  for (const [name, args] of Object.entries({
    'an unknown flag': ['a', '--nope'],
    'a value for a switch': ['a', '--fast=1'],
    'a missing value': ['a', '--size'],
    'a missing positional': [],
    'one positional too many': ['a', 'b', 'c'],
  })) {
    it(`calls ${name} bad usage`, () => expect(codeOf(() => readInput(COMMAND, args))).to.equal('usage'));
  }

  it('takes port numbers 0 to 65535 only', () => {
    expect(aPort('x', '65535')).to.equal(65535);
    for (const text of ['65536', '-1', '1e3', '', '8080x']) expect(codeOf(() => aPort('x', text))).to.equal('usage');
  });

  it('shows every flag in the help', () => {
    for (const word of ['demo', 'file', '[other]', '--fast', '--size N', 'default 7'])
      expect(usageOf(COMMAND)).to.include(word);
  });
});

describe('settings file', () => {
  const shape = settings({
    url: Text,
    port: Type.Optional(Port),
    phones: Texts,
    rate: Type.Optional(settings({ burst: Positive, per: Type.Optional(settings({ second: Positive })) })),
    node: Type.Optional(settings({ url: HttpUrl })),
  });
  let folder = '';
  const file = (content: string): string => {
    const path = join(folder, 'config.json');
    writeFileSync(path, content);
    return path;
  };
  before(() => void (folder = mkdtempSync(join(tmpdir(), 'chaincloud-test-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('reads what fits', () => {
    expect(readConfig(file('{"url":"http://x","phones":["+1"]}'), shape)).to.deep.equal({
      url: 'http://x',
      phones: ['+1'],
    });
  });

  for (const [name, content] of Object.entries({
    'no JSON': '{',
    'an array': '[]',
    'an unknown setting': '{"url":"x","phones":[],"prot":1}',
    'a missing setting': '{"url":"x"}',
    'a wrong type': '{"url":"x","phones":"+1"}',
  })) {
    it(`refuses ${name}`, () => expect(codeOf(() => readConfig(file(content), shape))).to.equal('config'));
  }

  const messageOf = (given: object): string => {
    try {
      readConfig(file(JSON.stringify({ url: 'x', phones: [], ...given })), shape);
    } catch (error) {
      return (error as Error).message.replace(/^.*config\.json: /, '');
    }
    return 'taken';
  };
  for (const [given, message] of [
    [{ port: '1' }, '"port" expected a port number 0..65535'],
    [{ port: 65_536 }, '"port" expected a port number 0..65535'],
    [{ phones: ['+1', 7] }, '"phones.1" expected a text'],
    [{ rate: { burst: '3' } }, '"rate.burst" expected a number above 0'],
    [{ rate: { burst: 0 } }, '"rate.burst" expected a number above 0'],
    [{ rate: {} }, '"rate.burst" is missing'],
    [{ rate: 7 }, '"rate" expected an object'],
    [{ rate: { burst: 1, brust: 2 } }, 'no setting is called "rate.brust"; expected burst, per'],
    [{ rate: { burst: 1, per: { minute: 2, second: 1 } } }, 'no setting is called "rate.per.minute"; expected second'],
    [{ node: { url: 'localhost:8332' } }, '"node.url" expected http://HOST:PORT'],
    [{ node: { url: 'http://' } }, '"node.url" expected http://HOST:PORT'],
    [{ node: { url: 'http://a:1', url2: 'x' } }, 'no setting is called "node.url2"; expected url'],
  ] as const)
    it(`says of ${JSON.stringify(given)}: ${message}`, () => expect(messageOf(given)).to.equal(message));

  it('names the setting and never its value', () => {
    try {
      readConfig(file('{"url":{"secret":"hunter2"},"phones":[]}'), shape);
      expect.fail('accepted');
    } catch (error) {
      expect((error as Error).message)
        .to.include('"url"')
        .and.not.include('hunter2');
    }
  });
});

describe('chaincloud', () => {
  it('lists the commands of the contract', () => {
    const { code, out } = chaincloud('--help');
    expect(code).to.equal(0);
    for (const name of [
      'sim',
      'api',
      'gateway',
      'vdevice',
      'website',
      'build',
      'flash',
      'console',
      'provision',
      'unlock',
      'backup',
      'restore',
      'sweep',
      'doctor',
      'report',
    ]) {
      expect(out).to.match(new RegExp(`^  ${name} `, 'm'));
    }
  });

  it('exits 2 and shows the usage on an unknown flag', () => {
    const { code, err } = chaincloud('sim', '--bogus');
    expect(code).to.equal(2);
    expect(err).to.include('--bogus').and.include('usage: chaincloud sim');
  });

  it('exits 2 on an unknown command', () => expect(chaincloud('fly').code).to.equal(2));

  it('says in one line that the interpreter is missing, and exits 1', () => {
    const { code, err } = chaincloud('sim', '--once', '--engine', 'espruino', '--espruino', '/nonexistent/espruino');
    expect(code).to.equal(1);
    expect(err.trim().split('\n')).to.have.length(1);
    expect(err).to.include('/nonexistent/espruino');
  });

  it('says in one line that a port is busy, and exits 1', async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const { code, err } = chaincloud('sim', '--once', '--api-port', String(port));
    server.close();
    expect(code).to.equal(1);
    expect(err.trim().split('\n')).to.have.length(1);
    expect(err).to.include(String(port));
  });

  for (const waitMs of [300, 1500, 4000]) {
    it(`leaves nothing behind when it is stopped after ${waitMs} ms`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'chaincloud-test-'));
      const script = "require('./dist/tools/cli/main.js').main(['sim', '--once'])";
      const child = spawn(process.execPath, ['-e', script], {
        cwd: ROOT,
        stdio: 'ignore',
        env: { ...process.env, TMPDIR: folder },
      });
      const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
      await new Promise((done) => setTimeout(done, waitMs));
      child.kill('SIGINT');
      const code = await ended;
      const left = readdirSync(folder);
      rmSync(folder, { recursive: true, force: true });
      // Before the program has taken the signal over, Node's own way of ending is as good: nothing was made yet.
      expect(code === 1 || code === null).to.equal(true);
      expect(left).to.deep.equal([]);
    });
  }
});
