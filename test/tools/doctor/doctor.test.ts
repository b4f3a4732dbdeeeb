// Holds tools/doctor: on a sound system nothing is found, and each check finds the fault that it is for and says what
// to do.
import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { CHECKS, diagnose, diagnosisText } from '../../../tools/doctor/doctor';
import type { BoardView } from '../../../tools/doctor/board-view';
import { viewBoard } from '../../../tools/doctor/board-view';
import type { Patient } from '../../../tools/doctor/check';
import { createBench } from '../../../tools/flash/model/interrupted';
import { wire } from '../../../host/sim/board/wire';
import { readyRig } from '../../firmware/rig';

const NOW_S = 1_760_000_000;

function auditLines(entries: { unixSeconds: number; code: number }[]): string[] {
  let head = '0'.repeat(64);
  const lines = entries.map(({ unixSeconds, code }, i) => {
    const body = Buffer.alloc(10);
    body.writeUInt32BE(i + 1, 0);
    body.writeUInt32BE(unixSeconds, 4);
    body[8] = code;
    body[9] = 255;
    head = createHash('sha256').update(Buffer.from(head, 'hex')).update(body).digest('hex');
    return `audit ${i + 1} ${unixSeconds} ${code} 255 - ${head}`;
  });
  return [...lines, `head ${entries.length} ${head}`];
}

const STATUS = [
  'board esp32-sim800l commit 0123456789ab interpreter 2v30',
  'state unlocked',
  `time ${NOW_S}`,
  'memory 900 of 2500',
  'link up',
  'account 0 open batches-hot 1 batches-cold 1',
];
const REST = [
  'modem 0 state 2 registered 1 rssi 20 supply-mv 4000 operator X stored 0 of 30 sent 0 received 0 timeouts 0 ' +
    'restarts 0 queued 0 network-time -',
  'journal records 40 room 20000 of 28672 generation 5 writes 9 erases 2',
  'noise passed',
];

function view(change: (lines: string[]) => string[] = (lines) => lines, more: Partial<BoardView> = {}): BoardView {
  const lines = [...STATUS, ...REST, ...auditLines([{ unixSeconds: NOW_S - 7200, code: 9 }])];
  return {
    kind: 'console',
    role: 'cold',
    board: 'esp32-sim800l',
    commit: '0123456789ab',
    interpreter: '2v30',
    lines: change(lines),
    ...more,
  };
}

function patient(change: Partial<Patient> = {}): Patient {
  return {
    nodeVersion: 'v20.1.0',
    platform: 'linux',
    nowMs: NOW_S * 1000,
    ports: async () => [{ path: '/dev/ttyUSB0', usb: '10c4:ea60' }],
    access: () => undefined,
    hasPackage: () => true,
    builtCommit: () => '0123456789ab',
    board: async () => view(),
    rpc: { call: async () => ({ chain: 'main', blocks: 9, headers: 9, time: NOW_S }) },
    database: { place: 'x', versions: async () => ({ present: 1, known: 1 }) },
    api: { url: 'http://x', status: async () => 401 },
    ...change,
  };
}

const boardWith = (change: (lines: string[]) => string[], more: Partial<BoardView> = {}): Partial<Patient> => ({
  board: async () => view(change, more),
});
const swap =
  (from: RegExp, to: string) =>
  (lines: string[]): string[] =>
    lines.map((line) => line.replace(from, to));

describe('doctor', () => {
  it('finds nothing on a sound system', async () => {
    const diagnosis = await diagnose(patient());
    expect(diagnosis.results.filter((result) => result.state !== 'ok')).to.deep.equal([]);
    expect(diagnosis.ok).to.equal(true);
  });

  it('no port that was named or found is no failure, a named one that is gone is', async () => {
    const without = (isNamed: boolean): Partial<Patient> => ({
      board: async () => ({ error: 'there is no port', code: 'no-port', isNamed }),
    });
    expect((await diagnose(patient(without(false)))).ok).to.equal(true);
    expect((await diagnose(patient(without(true)))).ok).to.equal(false);
  });

  const faults: [string, string, Partial<Patient>, RegExp][] = [
    ['an old Node', 'Node.js', { nodeVersion: 'v16.2.0' }, /install Node/],
    ['a package that does not load', 'packages', { hasPackage: (name) => name !== 'serialport' }, /npm ci/],
    ['no rights on the port', 'serial ports', { access: () => 'EACCES' }, /dialout/],
    ['no port, no driver', 'serial ports', { ports: async () => [] }, /driver/],
    ['no images', 'built images', { builtCommit: () => undefined }, /chaincloud build/],
    [
      'a board that is silent',
      'board answers',
      { board: async () => ({ error: 'nothing answers on this port', code: 'board-silent' }) },
      /message/,
    ],
    [
      'node-serialport #1502: a port that was named and is gone',
      'board answers',
      { board: async () => ({ error: 'there is no port /dev/ttyUSB0', code: 'no-port', isNamed: true }) },
      /message/,
    ],
    [
      'a board at its prompt',
      'board answers',
      { board: async () => view(undefined, { kind: 'prompt' }) },
      /chaincloud flash/,
    ],
    ['an old Espruino', 'Espruino', boardWith((lines) => lines, { interpreter: '2v20' }), /2v26/],
    [
      'the Espruino with the UART bug',
      'Espruino',
      boardWith((lines) => lines, { interpreter: '2v29' }),
      /loses octets/,
    ],
    [
      'the Espruino that restarts for ever without Wi-Fi',
      'Espruino',
      boardWith((lines) => lines, { interpreter: '2v29.277' }),
      /restarts for ever/,
    ],
    ['a radio that is on', 'condition', boardWith((lines) => [...lines, 'radios wifi ble']), /flash --base/],
    ['another image', 'image', boardWith((lines) => lines, { commit: 'ba9876543210' }), /chaincloud flash/],
    ['an image of uncommitted files', 'image', boardWith((lines) => lines, { commit: '0123456789a+' }), /commit/],
    ['a locked board', 'condition', boardWith(swap(/^state unlocked/, 'state locked')), /chaincloud unlock/],
    ['a clock that is off', 'condition', boardWith(swap(/^time \d+/, 'time 1700000000')), /./],
    ['a modem without power', 'condition', boardWith(swap(/^modem 0 state 2/, 'modem 0 state 0')), /supply/],
    [
      'a SIM800 as the only modem',
      'condition',
      boardWith((lines) => [...lines, 'radio 0 GSM model SIMCOM_SIM800L']),
      /GSM is being switched off/,
    ],
    ['a modem without SIM or network', 'condition', boardWith(swap(/registered 1/, 'registered 0')), /SIM/],
    [
      'a closed account',
      'condition',
      boardWith(swap(/^account 0 open/, 'account 0 closed bad-authority')),
      /--reopen 0/,
    ],
    ['a journal nearly full', 'journal', boardWith(swap(/room 20000/, 'room 300')), /accounts/],
    ['a worn journal', 'journal', boardWith(swap(/generation 5/, 'generation 190000')), /restore/],
    ['an old channel', 'channel', { nowMs: (NOW_S + 200_000) * 1000 }, /V-Device/],
    [
      'an audit log that was changed',
      'audit log',
      boardWith(swap(/^audit 1 \d+ 9/, 'audit 1 1760000001 9')),
      /out of service/,
    ],
    ['noise that is none', 'noise', boardWith(swap(/^noise passed/, 'noise noise-repetition')), /dice/],
    [
      'a node that is behind',
      'node',
      { rpc: { call: async () => ({ chain: 'main', blocks: 5, headers: 9 }) } },
      /wait/,
    ],
    [
      'a node cut off from the network',
      'node',
      { rpc: { call: async () => ({ chain: 'main', blocks: 9, headers: 9, time: NOW_S - 90_000 }) } },
      /connections/,
    ],
    ['a node that is not there', 'node', { rpc: { call: async () => Promise.reject(new Error('refused')) } }, /runs/],
    [
      'a database behind on migrations',
      'database',
      { database: { place: 'x', versions: async () => ({ present: 1, known: 3 }) } },
      /start the API/,
    ],
    [
      'a database of a later release',
      'database',
      { database: { place: 'x', versions: async () => ({ present: 4, known: 3 }) } },
      /newer/,
    ],
    [
      'an API that is not there',
      'API',
      { api: { url: 'http://x', status: async () => Promise.reject(new Error('x')) } },
      /start it/,
    ],
  ];
  for (const [name, check, change, todo] of faults) {
    it(`finds ${name}`, async () => {
      const { results } = await diagnose(patient(change));
      const found = results.filter(
        (result) => result.check === check && (result.state === 'fail' || result.state === 'warn'),
      );
      expect(found, JSON.stringify(results.filter((result) => result.check === check))).to.have.length.greaterThan(0);
      expect(`${found[0].text} ${found[0].todo}`).to.match(todo);
    });
  }
  it('every check has a fault above', () =>
    expect(
      CHECKS.map((check) => check.name).filter((name) => !faults.some(([, check]) => check === name)),
    ).to.deep.equal([]));
  it('tells it in groups with a count', async () => {
    const text = diagnosisText(await diagnose(patient({ nodeVersion: 'v16.0.0' })));
    expect(text).to.include('computer\n').and.include('FAIL Node.js').and.include('1 failed');
  });
});

describe('doctor: what answers on a port', () => {
  it("an HSM-Cold's console, from the real firmware", async () => {
    const rig = await readyRig();
    rig.coldConsole.close();
    const seen = await rig.world.finish(viewBoard(Object.assign(rig.cold.console.port, { name: 'P' }), rig.runtime));
    expect(seen).to.include({ kind: 'console', role: 'cold', board: 'fake' });
    const { results } = await diagnose(patient({ board: async () => seen }));
    expect(results.find((result) => result.check === 'audit log')!.state).to.equal('ok');
    expect(results.find((result) => result.check === 'journal')!.state).to.equal('ok');
  });
  it("an HSM-Hot's console: where its variables lie", async () => {
    const rig = await readyRig();
    rig.hotConsole.close();
    const port = Object.assign(rig.hot.console.port, { name: 'P' });
    for (const isOutside of [false, true]) {
      rig.hot.hal.memoryUse = () => ({ used: 900, total: 2500, isExternal: isOutside });
      const seen = await rig.world.finish(viewBoard(port, rig.runtime));
      expect(seen).to.include({ kind: 'console', role: 'hot' });
      const { results } = await diagnose(patient({ board: async () => seen }));
      const found = results.filter(({ check, text }) => check === 'condition' && /outside of the chip/.test(text));
      expect(found.map(({ state }) => state)).to.deep.equal(isOutside ? ['warn'] : []);
    }
  });
  it('an Espruino at its prompt, and nothing', async () => {
    const bench = createBench({ seed: 'doctor' });
    const [host, board] = wire(bench.runtime);
    bench.board.plug(board);
    expect(
      await bench.runtime.runWhile(viewBoard(Object.assign(host, { name: 'P' }), bench.runtime), 'a look'),
    ).to.include({ kind: 'prompt', board: 'ESP32' });
    for (const [espruinoBoard, words] of [
      ['', /has lost its name \(process\.env\.BOARD is missing\): no image goes onto it/],
      ['ESP32C3', /for "ESP32C3": no board here takes it/],
    ] as const) {
      const strange = createBench({ seed: 'doctor', espruinoBoard });
      const [end, other] = wire(strange.runtime);
      strange.board.plug(other);
      const seen = await strange.runtime.runWhile(
        viewBoard(Object.assign(end, { name: 'P' }), strange.runtime),
        'a look',
      );
      const { results } = await diagnose(patient({ board: async () => seen }));
      const found = results.find((result) => result.check === 'board answers')!;
      expect(found.state).to.equal('fail');
      expect(found.text).to.match(words);
    }
    const [lonely] = wire(bench.runtime);
    const error = await bench.runtime.runWhile(
      viewBoard(Object.assign(lonely, { name: 'P' }), bench.runtime).catch((e) => e),
      'a look',
    );
    expect(error.code).to.equal('board-silent');
  });
});
