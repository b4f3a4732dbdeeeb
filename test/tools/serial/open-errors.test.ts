// The words of the operating systems, each told as its own system's (node-serialport #333, #1104, #1502, #2220,
// vscode-iot-workbench #537, SerialAnalyzer #6, arduino-ide #1788, m5stack Core2 #95, pygmc #105, pop-os #2475).
// Neighbours: each cause (none, no right, busy, no port at all, failed) by each system: Linux, macOS, Windows, and an
// address of the network, which has no cable, no driver and no group. A port that goes later: ../cli/bad-port.test.ts.
import { expect } from 'chai';
import { explainOpenError, whereItWent } from '../../../tools/serial/open-errors';

const ROWS: [name: string, text: string, code: string][] = [
  ['/dev/ttyUSB0', 'Error: Permission denied, cannot open /dev/ttyUSB0', 'port-rights'],
  ['/dev/ttyUSB0', 'Error: No such file or directory, cannot open /dev/ttyUSB0', 'no-port'],
  ['/dev/ttyUSB0', 'Error Resource temporarily unavailable Cannot lock port', 'port-busy'],
  ['/dev/ttyUSB0', 'Error: Input/output error, cannot open /dev/ttyUSB0', 'port-failed'],
  ['/dev/ttyUSB0', 'Error: Device or resource busy, cannot open /dev/ttyUSB0', 'port-busy'],
  ['/dev/cu.usbserial-10', 'Error: Resource busy, cannot open /dev/cu.usbserial-10', 'port-busy'],
  ['/dev/cu.usbserial-10', 'Error: Permission denied, cannot open /dev/cu.usbserial-10', 'port-rights'],
  ['/dev/cu.usbserial-10', 'Error: No such file or directory, cannot open /dev/cu.usbserial-10', 'no-port'],
  ['/dev/cu.usbserial-10', 'Error: Inappropriate ioctl for device, cannot open /dev/cu.usbserial-10', 'not-a-port'],
  ['tcp://127.0.0.1:9', 'connect ECONNREFUSED 127.0.0.1:9', 'no-port'],
  ['tcp://192.0.2.1:9', 'connect EHOSTUNREACH 192.0.2.1:9', 'no-port'],
  ['tcp://192.0.2.1:9', 'connect ENETUNREACH 192.0.2.1:9', 'no-port'],
  ['tcp://192.0.2.1:9', 'connect ETIMEDOUT 192.0.2.1:9', 'no-port'],
  ['tcp://nobody.invalid:9', 'getaddrinfo ENOTFOUND nobody.invalid', 'no-port'],
  ['tcp://nobody.invalid:9', 'getaddrinfo EAI_AGAIN nobody.invalid', 'no-port'],
  ['/dev/null', 'Error: Inappropriate ioctl for device, cannot open /dev/null', 'not-a-port'],
  ['COM3', 'Opening COM3: Access denied', 'port-busy'],
  ['COM12', 'Opening COM12: Access is denied.', 'port-busy'],
  ['\\\\.\\COM12', 'Opening \\\\.\\COM12: Access denied', 'port-busy'],
  ['com3', 'Opening com3: Unknown error code 5', 'port-busy'],
  ['COM9', 'Opening COM9: File not found', 'no-port'],
  ['COM9', 'Opening COM9: Unknown error code 2', 'no-port'],
  ['COM1', 'Opening COM1: Unknown error code 87', 'not-a-port'],
  ['COM5', 'Opening COM5: Unknown error code 31', 'port-failed'],
  ['COM5', 'Opening COM5: Unknown error code 121', 'port-failed'],
  ['COM5', 'Opening COM5: Unknown error code 1167', 'port-failed'],
  ['COM5', 'Opening COM5: Unknown error code 995', 'port-failed'],
];

describe('serial: errors of opening', () => {
  for (const [name, text, code] of ROWS)
    it(`${text} on ${name}: ${code}`, () => {
      const error = explainOpenError(name, new Error(text)) as Error & { code: string };
      expect(error.code).to.equal(code);
      const isUnix = /sudo|dialout|\/dev|apt/;
      if (!name.startsWith('/')) expect(error.message.replace(text, '')).not.to.match(isUnix);
      if (name.startsWith('tcp:')) expect(error.message).not.to.match(/unplug|plug the board|driver/);
      if (name.startsWith('/dev/cu.')) expect(error.message).not.to.match(/sudo|ModemManager|brltty/);
    });

  it('names ModemManager where a port of Linux is busy, and brltty where one is gone', () => {
    const busy = explainOpenError('/dev/ttyUSB0', new Error('Error Resource temporarily unavailable Cannot lock port'));
    expect(busy.message).to.include('ModemManager');
    expect(explainOpenError('/dev/ttyUSB0', new Error('ENOENT: no such file')).message).to.include('brltty');
    expect(whereItWent('/dev/ttyUSB0')).to.include('brltty');
    for (const name of ['COM3', '/dev/cu.usbserial-10', 'tcp://127.0.0.1:9']) expect(whereItWent(name)).to.equal('');
  });
});
