/**
 * Boards that have seen everything once, with fixed seeds, and what then lies on their flash: name → octets. Run as a
 * program of its own (frozen.test.ts), so that no other test's randomness gets in; prints JSON.
 */
import './randomness';
import { addAccount, backup, changeAccount, restore, restoreState, setTime } from '../../host/operator';
import { accountData, channelRig, COLD_NUMBER, DICE, linkUp, makeRig, PIN, START_S, type Rig } from '../firmware/rig';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';

/** What lies on a board's flash area and in its Storage, hexadecimal. */
export interface BoardOctets {
  flash: string;
  files: { [name: string]: string };
}

export interface Produced {
  cold: BoardOctets;
  hot: BoardOctets;
  restored: BoardOctets;
  /** Lines of the state backup, base64. */
  backup: string[];
  words: string[];
}

/** After more than an hour the board writes the time down. */
const HOUR_MS = 3_700_000;
/** Payments above which the board archives, and a replacement. */
const PAYMENTS = 22;

function octetsOf(board: Rig['cold']): BoardOctets {
  const files: [string, Uint8Array][] = [...board.files].filter(([name]) => name !== 'words');
  if (board.flash.archived.some((octet) => octet !== 255))
    files.push(['archive', board.flash.archived.slice(0, board.flash.pageBytes)]);
  return {
    flash: Buffer.from(board.flash.cells).toString('hex'),
    files: Object.fromEntries(files.map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]).sort()),
  };
}

/** A board with channels, payments, an archive, an allow-list, an alarm, SMS that wait. */
async function usedRig(): Promise<Rig> {
  const rig = await channelRig({ seed: 'flash' });
  const { world, coldConsole } = rig;
  for (let n = 0; n < PAYMENTS; n++) {
    const coin = makeCoin(rig, { sats: 100_000 });
    const payment = {
      userTxNo: n % 2 ? `n${n}` : String(n),
      outs: out(10_000 + n),
      coins: [coin],
      feeSats: 1000,
      changeIndex: n,
    };
    await pay(rig, payment);
    if (n === PAYMENTS - 1) await pay(rig, { ...payment, feeSats: 3000 });
    await world.run(3000);
  }
  await world.until(() => rig.cold.flash.archived[0] !== 255);
  await world.run(20_000);
  const allowed = { ...accountData(rig, {}), allowList: [out(1).split(',')[0]] };
  await world.finish(changeAccount(coldConsole, 0, allowed, PIN));
  await world.finish(
    addAccount(coldConsole, { ...accountData(rig, {}), name: 'second', script: 'p2pkh', protocols: ['v1', 'v2'] }, PIN),
  );
  await world.finish(coldConsole.run('unattended on', () => PIN));
  await world.run(HOUR_MS);
  return rig;
}

/** The same accounts on a new board, by words and backup. */
async function restoredRig(used: Rig, text: string): Promise<Rig> {
  const rig = makeRig({ seed: 'flash restored' });
  const ceremony = { words: used.words, dice: DICE, hostEntropy: new Uint8Array(32).fill(3), pin: PIN };
  await rig.world.finish(restore(rig.coldConsole, ceremony));
  await rig.world.finish(setTime(rig.coldConsole, START_S + 100_000, PIN));
  const channelIds = [used.v.channel!.id, 0];
  await rig.world.finish(restoreState(rig.coldConsole, text, { pin: PIN, channelIds }));
  return rig;
}

export async function produce(): Promise<Produced> {
  const rig = await usedRig();
  const text = await rig.world.finish(backup(rig.coldConsole, PIN));
  const restored = await restoredRig(rig, text);
  const coin = makeCoin(rig, { sats: 100_000 });
  const forged = { userTxNo: 'forged', outs: out(50_000), coins: [coin], feeSats: 1000 };
  rig.gsm.outage(COLD_NUMBER, true);
  await refusalOf(pay(rig, { ...forged, authority: new Uint8Array(32).fill(1) }));
  await linkUp(rig);
  await rig.world.run(5000);
  return {
    cold: octetsOf(rig.cold),
    hot: octetsOf(rig.hot),
    restored: octetsOf(restored.cold),
    backup: text.trim().split('\n'),
    words: rig.words,
  };
}

if (require.main === module)
  produce().then(
    (produced) => process.stdout.write(JSON.stringify(produced)),
    (error) => {
      process.stderr.write(`${(error as Error).stack}\n`);
      process.exitCode = 1;
    },
  );
