// A node with a mempool as large as asked for, in a process of its own so that its work is not counted as the API's.
// Its transactions are foreign but for the last one. Spec: Bitcoin Core 27, getrawmempool and getrawtransaction.
import { createServer } from 'node:http';
import { TXID_BYTES } from '../../../protocol/wire';

interface Call {
  id: number;
  method: string;
  params: unknown[];
}

/** A payment of one input and two outputs, 225 bytes; `number` makes it differ. */
function foreignTx(number: number): string {
  const input = Buffer.alloc(TXID_BYTES);
  input.writeUInt32LE(number);
  const script = '0014' + input.subarray(0, 20).toString('hex');
  const output = '1027000000000000' + '16' + script;
  return (
    `02000000` +
    `01${input.toString('hex')}00000000` +
    `6b${'00'.repeat(0x6b)}fdffffff` +
    `02${output}${output}` +
    '00000000'
  );
}

const idOf = (number: number): string => number.toString(16).padStart(64, '0');
const HASHES = ['aa', 'bb', 'cc'].map((octet) => octet.repeat(32));
const BLOCK_HEAD_BYTES = 80;
const VERSION_BYTES = 4;
/** Of the first block, and of the other one. */
const BLOCK_BYTES = [100_000, 3_900_000];
const FIRST_OF_BLOCK = 10_000_000;

/** The block at a height: foreign transactions, and `payment` as its last one. */
function blockOf(height: number, payment: string): { raw: string; verbose: object } {
  const header = Buffer.alloc(BLOCK_HEAD_BYTES);
  Buffer.from(HASHES[height - 1], 'hex').copy(header, VERSION_BYTES);
  const count = Math.floor((2 * BLOCK_BYTES[height - 1]) / foreignTx(0).length);
  const numbers = Array.from({ length: count }, (_, i) => FIRST_OF_BLOCK + i);
  const length = Buffer.from([0xfd, 0, 0]);
  length.writeUInt16LE(count + 1, 1);
  const script = {
    asm: '0 '.padEnd(42, '7'),
    desc: 'addr'.padEnd(60, 'q'),
    hex: '0014'.padEnd(44, '7'),
    type: 'p2wpkh',
  };
  const output = { value: 0.0001, n: 0, scriptPubKey: script };
  const vin = [
    { txid: idOf(1), vout: 0, scriptSig: { asm: '00'.repeat(107), hex: '00'.repeat(107) }, prevout: output },
  ];
  const tx = numbers.map((n) => ({ txid: idOf(n), hash: idOf(n), vin, vout: [output, output], hex: foreignTx(n) }));
  const raw = header.toString('hex') + length.toString('hex') + numbers.map(foreignTx).join('') + payment;
  return { raw, verbose: { hash: HASHES[height], tx } };
}

function main(): void {
  const count = Number(process.argv[2]);
  const payment = process.argv[3];
  const blocks = [1, 2].map((height) => blockOf(height, process.argv[3 + height]));
  const ids = Array.from({ length: count }, (_, i) => idOf(i + 1));
  /** One block at first, with `next` the other one, with `next` the mempool. */
  let stage = 1;
  const answer = ({ method, params }: Call): unknown => {
    const height = Math.min(stage, blocks.length);
    const best = HASHES[height];
    if (method === 'next') return ++stage;
    if (method === 'getblockchaininfo') return { chain: 'regtest', blocks: height, bestblockhash: best };
    if (method === 'getbestblockhash') return best;
    if (method === 'getblockcount') return height;
    if (method === 'getblockhash') return HASHES[params[0] as number];
    if (method === 'getblock') {
      const { raw, verbose } = blocks[HASHES.indexOf(params[0] as string) - 1];
      return params[1] === 0 ? raw : verbose;
    }
    if (method === 'getrawmempool') return stage > blocks.length ? ids : [];
    if (method === 'getrawtransaction') {
      const number = parseInt((params[0] as string).slice(-8), 16);
      return number === count ? payment : foreignTx(number);
    }
    return null;
  };
  const server = createServer((asked, response) => {
    const parts: Buffer[] = [];
    asked.on('data', (part: Buffer) => parts.push(part));
    asked.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as Call | Call[];
      const one = (call: Call): object => ({ result: answer(call), error: null, id: call.id });
      response.end(JSON.stringify(Array.isArray(body) ? body.map(one) : one(body)));
    });
  });
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as { port: number }).port}\n`));
}

main();
