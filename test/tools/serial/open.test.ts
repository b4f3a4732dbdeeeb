// Holds tools/serial: every way that opening a line goes wrong has its own code and says what to do.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { choosePort } from '../../../tools/serial/list';
import { explainOpenError, openPort } from '../../../tools/serial/open';

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: { code?: string }) => error.code ?? 'no code',
  );
}

describe('serial: which port', () => {
  const port = (name: string): { path: string; usb: string } => ({ path: name, usb: '10c4:ea60' });
  it('takes the named one, else the only one', async () => {
    expect(await choosePort('/dev/ttyS9', async () => [])).to.equal('/dev/ttyS9');
    expect(await choosePort(undefined, async () => [port('/dev/ttyUSB0')])).to.equal('/dev/ttyUSB0');
  });
  it('no port, several ports: each its own code, all candidates named', async () => {
    expect(await codeOf(choosePort(undefined, async () => []))).to.equal('no-port');
    const error = await choosePort(undefined, async () => [port('/dev/ttyUSB0'), port('/dev/ttyUSB1')]).catch((e) => e);
    expect(error.code).to.equal('several-ports');
    expect(error.message).to.include('/dev/ttyUSB0').and.include('/dev/ttyUSB1').and.include('--port');
  });
});

describe('serial: opening', () => {
  it('refuses what is not there or is no port', async () => {
    expect(await codeOf(openPort('/dev/no-such-port'))).to.equal('no-port');
    expect(await codeOf(openPort('tcp://nowhere'))).to.equal('bad-port-name');
    expect(await codeOf(openPort('tcp://127.0.0.1:70000'))).to.equal('bad-port-name');
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'port-')), 'file');
    fs.writeFileSync(file, '');
    expect(await codeOf(openPort(file))).to.equal('not-a-port');
  });
  it('names a refused TCP address', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await codeOf(openPort(`tcp://127.0.0.1:${port}`))).to.equal('no-port');
  });
  it('tells rights from busy', () => {
    const codes = [
      'Error: Permission denied, cannot open /dev/ttyUSB0',
      'Error Resource temporarily unavailable Cannot lock port',
      'EBUSY',
    ].map((text) => (explainOpenError('/dev/ttyUSB0', new Error(text)) as Error & { code: string }).code);
    expect(codes).to.deep.equal(['port-rights', 'port-busy', 'port-busy']);
  });
  it('carries bytes over TCP, keeps early ones, tells of the end', async () => {
    const server = net.createServer((socket) => {
      socket.write('early');
      socket.on('data', (bytes) => socket.end(Buffer.concat([Buffer.from('<'), bytes])));
    });
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const port = await openPort(`tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    let seen = '';
    port.onData((bytes) => void (seen += Buffer.from(bytes).toString('latin1')));
    const ended = new Promise<void>((resolve) => port.onClose(() => resolve()));
    port.write(Buffer.from('x'));
    await ended;
    expect(seen).to.equal('early<x');
    expect(() => port.write(new Uint8Array(1))).to.throw(/closed/);
    server.close();
  });
});
