// Holds V's own door: what it does, who may open it, and what it says when V cannot.

import { expect } from 'chai';
import { statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { doorOf, knock, openDoor, type Door } from '../../../host/vdevice';
import { statusText } from '../../../tools/cli/commands/vdevice';
import { createWorld, type World } from './world';

const codeFrom = (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(
    () => undefined,
    (error: { code?: string }) => error.code,
  );

const LIMITS = {
  daySats: 5,
  approveAboveSats: 3,
  loosening: [{ looser: ['txMaxSats', 'hours'], leftMs: 60_001 }],
};
const WAITING = { vtestId: '7', sats: 9, outputs: 2, firstAddress: 'bcrt1q' };

describe('host/vdevice door', () => {
  let world: World;
  let path: string;
  let door: Door;
  beforeEach(async () => {
    world = await createWorld();
    path = doorOf(join(world.folder, 'v'));
    door = await openDoor(world.v, path);
  });
  afterEach(async () => {
    await door.close();
    await world.close();
  });

  it('does what it is asked, as V itself would', async () => {
    await world.open();
    await knock(path, 'start');
    const status = (await knock(path, 'status')) as Awaited<ReturnType<World['v']['status']>>;
    expect(status).to.deep.equal(await world.v.status());
    expect(status.loop.running).to.equal(true);
    expect(statusText(status).split('\n')[0]).to.match(/^channel {3}\d+, since 2026-01-05T12:00/);
    expect(statusText(status)).to.include('\nlimits    NO LIMIT a day; no approvals\n');
    expect(statusText({ ...status, limits: LIMITS, approvals: [WAITING] })).to.include(
      'limits    5 sats a day; approval above 3 sats a day; looser txMaxSats, hours in 2 minutes of running\n' +
        'waits     for approval: 7, 9 sats, 2 outputs, first bcrt1q\n',
    );
    await knock(path, 'stop');
    expect((await world.v.status()).loop).to.include({ running: false, stoppedBecause: 'operator' });
  });

  it('opens a channel, and starts nothing without one', async () => {
    expect(await codeFrom(knock(path, 'start'))).to.equal('no-channel');
    await knock(path, 'open-channel');
    expect((await world.v.status()).opening).to.equal(true);
  });

  it('dismiss names the withdrawal, whatever its letters are', async () => {
    expect(await codeFrom(knock(path, 'dismiss', '12'))).to.equal('vtest-authorised');
    expect(await codeFrom(knock(path, 'dismiss', '../status'))).to.equal('vtest-authorised');
  });

  it('nobody but its user may open it, and what is no call changes nothing', async () => {
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    for (const line of ['GET /start HTTP/1.1', 'POST /sto HTTP/1.1', 'POST /%zz HTTP/1.1', 'POST / HTTP/1.1']) {
      const answer = await new Promise<string>((resolve) => {
        const socket = createConnection(path, () => socket.end(`${line}\r\nhost: v\r\n\r\n`));
        socket.setEncoding('utf8').once('data', resolve);
      });
      expect(answer, line).to.match(/^HTTP\/1.1 409 /);
    }
    expect((await world.v.status()).loop.running).to.equal(false);
  });

  it('is refused a second time, and taken over from a V that died', async () => {
    expect(await codeFrom(openDoor(world.v, path))).to.equal('vdevice-running');
    await door.close();
    writeFileSync(path, 'left behind');
    door = await openDoor(world.v, path);
    expect(await codeFrom(knock(path, 'status'))).to.equal(undefined);
  });

  it('says where no V is, and where no socket can be', async () => {
    expect(await codeFrom(knock(`${path}.other`, 'status'))).to.equal('vdevice-silent');
    expect(await codeFrom(openDoor(world.v, join(world.folder, 'x'.repeat(110))))).to.equal('door-path');
    expect(await codeFrom(openDoor(world.v, join(world.folder, 'none', 'v')))).to.equal('door-path');
    const other = createServer((socket) => socket.end('hello')).listen(`${path}.odd`);
    expect(await codeFrom(knock(`${path}.odd`, 'status'))).to.equal('vdevice-silent');
    other.close();
  });
});
