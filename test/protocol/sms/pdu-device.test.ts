// The PDU code as a device runs it: every vector decoded, and texts of every alphabet encoded, on board `linux`, with
// the same outcome as in Node. In Node's engine for the board always, in the genuine interpreter when ESPRUINO names
// it.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { BOARD } from '../../../boards/linux/board';
import { createEspruinoBoard, createFlash, createNodeBoard } from '../../../host/sim/board';
import { realRuntime } from '../../../host/kit/runtime';
import { bytesOfHex, decodePdu, hexOfBytes } from '../../../protocol/sms/pdu';
import { encodeText } from '../../../protocol/sms/pdu-parts';
import { imageOf } from '../../boards/contract-image';

const VECTORS = path.resolve(__dirname, '../../../../test/vectors/pdu');
const TEXTS = [
  'hello',
  '@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ',
  '{[€]}^~|\\',
  'x'.repeat(161),
  '你好😀'.repeat(30),
  'ÄÖÑÜ§¿äöñüà¡¤',
].map((text) => Buffer.from(text, 'utf8').toString('latin1'));
const hexText = (text: string): string => Buffer.from(text, 'latin1').toString('hex').toUpperCase();

function firmware(vectors: [string, boolean][]): string {
  return `
    import { coldHal } from '@hal';
    import { bytesOfHex, decodePdu, hexOfBytes } from '@root/dist/.device/protocol/sms/pdu.js';
    import { encodeText } from '@root/dist/.device/protocol/sms/pdu-parts.js';
    var hal = coldHal();
    var vectors = ${JSON.stringify(vectors)};
    var texts = ${JSON.stringify(TEXTS.map(hexText))};
    function say(line) { hal.console.write(E.toUint8Array(line + '\\n')); }
    function textOf(hex) { return E.toString(bytesOfLong(hex)); }
    function bytesOfLong(hex) {
      var out = new Uint8Array(hex.length >> 1);
      for (var i = 0; i < out.length; i++) out[i] = parseInt(hex.substr(2 * i, 2), 16);
      return out;
    }
    function shown(text) { return text === null ? 'null' : hexOfBytes(E.toUint8Array(text)); }
    function decoded(vector) {
      try {
        var pdu = decodePdu(bytesOfHex(vector[0]), vector[1]);
        return [
          pdu.type, shown(pdu.address), pdu.coding, shown(pdu.text), pdu.data ? hexOfBytes(pdu.data) : 'null',
          pdu.port, pdu.sourcePort, pdu.ref, pdu.total, pdu.part, pdu.sentAt, pdu.reference, pdu.status, pdu.octets
        ].join(' ');
      } catch (error) { return error.code || 'crash ' + error; }
    }
    function encoded(text) {
      var parts = encodeText('+8613800138000', text, 7, 167);
      var out = [];
      for (var i = 0; i < parts.length; i++) out.push(hexOfBytes(parts[i]));
      return out.join(' ');
    }
    var at = 0;
    function step() {
      if (at < vectors.length) say('vector ' + decoded(vectors[at]));
      else if (at < vectors.length + texts.length) say('text ' + encoded(textOf(texts[at - vectors.length])));
      else return say('end');
      at++;
      setTimeout(step, 1);
    }
    setTimeout(step, 100);`;
}

/** The same lines from Node. */
function expected(vectors: [string, boolean][]): string[] {
  const shown = (text: string | null): string => (text === null ? 'null' : hexText(text));
  const decoded = vectors.map(([hex, isFromPhone]) => {
    try {
      const pdu = decodePdu(bytesOfHex(hex), isFromPhone);
      return [
        pdu.type,
        shown(pdu.address),
        pdu.coding,
        shown(pdu.text),
        pdu.data ? hexOfBytes(pdu.data) : 'null',
        pdu.port,
        pdu.sourcePort,
        pdu.ref,
        pdu.total,
        pdu.part,
        pdu.sentAt,
        pdu.reference,
        pdu.status,
        pdu.octets,
      ].join(' ');
    } catch (error) {
      return (error as { code: string }).code;
    }
  });
  const encoded = TEXTS.map((text) => encodeText('+8613800138000', text, 7, 167).map(hexOfBytes).join(' '));
  return [...decoded.map((line) => `vector ${line}`), ...encoded.map((line) => `text ${line}`)];
}

describe('protocol/sms/pdu on board linux', function () {
  this.timeout(60_000);
  const vectors = fs
    .readdirSync(VECTORS)
    .sort()
    .map((file): [string, boolean] => {
      const { pdu, from_phone } = JSON.parse(fs.readFileSync(path.join(VECTORS, file), 'utf8'));
      return [pdu, from_phone];
    });

  for (const engine of ['node', 'espruino'] as const) {
    it(`engine ${engine}: decodes and encodes as Node does`, async function () {
      const espruino = process.env['ESPRUINO'];
      if (engine === 'espruino' && !espruino) {
        console.log('      ESPRUINO is not set: skipped');
        this.skip();
      }
      const common = {
        name: 'pdu',
        role: 'cold' as const,
        image: await imageOf(BOARD.name, firmware(vectors)),
        board: BOARD,
        runtime: realRuntime(),
        flash: createFlash(BOARD.flash),
        storage: createFlash(BOARD.storage),
      };
      const board =
        engine === 'node' ? createNodeBoard(common) : createEspruinoBoard({ ...common, espruino: espruino! });
      try {
        let said = '';
        board.ports.console!.onData((bytes) => void (said += Buffer.from(bytes).toString('latin1')));
        await board.powerOn();
        for (let i = 0; i < 1000 && !said.includes('end\n'); i++)
          await new Promise((resolve) => setTimeout(resolve, 20));
        expect(said.split('\n').slice(0, -2)).to.deep.equal(expected(vectors));
      } finally {
        await board.close();
      }
    });
  }
});
