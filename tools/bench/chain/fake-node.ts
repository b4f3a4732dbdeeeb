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

function main(): void {
  const count = Number(process.argv[2]);
  const payment = process.argv[3];
  const ids = Array.from({ length: count }, (_, i) => idOf(i + 1));
  const best = 'aa'.repeat(32);
  const answer = ({ method, params }: Call): unknown => {
    if (method === 'getblockchaininfo') return { chain: 'regtest', blocks: 0, bestblockhash: best };
    if (method === 'getbestblockhash') return best;
    if (method === 'getblockcount') return 0;
    if (method === 'getrawmempool') return ids;
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
