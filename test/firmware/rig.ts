// HSM-Cold and HSM-Hot on fake boards with everything around them that a test of the firmware needs: operator at both
// consoles, the simulated GSM network with a SIM800, a V-Device made of the protocol's host side, a gateway that asks
// over the link.
import * as fs from 'node:fs';
import { startCold } from '../../firmware/cold/main';
import { startHot } from '../../firmware/hot/main';
import type { AccountFile } from '../../host/api/types';
import { clockOf, uartOf } from '../../host/kit/link-adapter';
import {
  addAccount,
  changeAccount,
  createConsoleClient,
  pairHot,
  provision,
  setPhones,
  setTime,
  unlock,
  type AccountData,
  type ConsoleClient,
} from '../../host/operator';
import { protocolCrypto } from '../../host/kit/protocol-crypto';
import type { Runtime } from '../../host/kit/runtime';
import { createGsmNetwork, type GsmNetwork, type Person } from '../../host/sim/gsm';
import { createSim800, type Sim800, type Sim800Options } from '../../host/sim/sim800';
import { createPeer } from '../../protocol/link/peer';
import type { Peer } from '../../protocol/link/types';
import { MSG_COLD_STATUS } from '../../protocol/wire';
import { WORDS } from './crypto/support';
import { joinLines, makeBoard, World, type FakeBoard } from './fake-hal';
import { VDouble } from './v-double';

export const PIN = '482913';
export const COLD_NUMBER = '+8613900000001';
export const SPARE_NUMBER = '+8613900000002';
export const V_NUMBER = '+8613800000001';
export const ADMIN_NUMBER = '+8613800000008';
export const START_S = 1_760_000_000;
/** Seed words are different at every seed of the rig; dice are digits of a fixed generator. */
export const DICE =
  '31415265351232462643331532411652154366543632123456515243261543625314265136425361524635142635142635142635142';

export function wordsFile(): Uint8Array {
  return new Uint8Array(fs.readFileSync(WORDS));
}

export function runtimeOf(world: World, seed: string): Runtime {
  let counter = 0;
  const crypto = protocolCrypto(() => new Uint8Array(32));
  return {
    nowMs: () => world.nowMs,
    random: (lenBytes) => {
      const parts: number[] = [];
      while (parts.length < lenBytes)
        parts.push(...crypto.sha256(Uint8Array.from(Buffer.from(`${seed}/${counter++}`))));
      return Uint8Array.from(parts.slice(0, lenBytes));
    },
    after: (delayMs, fn) => {
      const id = world.after(delayMs, () => void fn());
      return { cancel: () => world.cancel(id) };
    },
    track: (work) => work,
  };
}

export interface RigOptions {
  seed?: string;
  script?: 'p2wpkh' | 'p2pkh';
  account?: Partial<AccountData>;
  pageCount?: number;
  /** Modems on HSM-Cold; the second has number SPARE_NUMBER. Default 1. */
  modems?: 1 | 2;
  /** What the first modem is and how it behaves. */
  modem?: Partial<Sim800Options>;
  /**
   * The mobile network's clock when the world begins, seconds since 1970. Default: the world's own, which is before any
   * time that a modem's reader believes.
   */
  networkStartS?: number;
}

export interface Rig {
  world: World;
  runtime: Runtime;
  cold: FakeBoard;
  hot: FakeBoard;
  gsm: GsmNetwork;
  sim800: Sim800;
  spare?: Sim800;
  admin: Person;
  v: VDouble;
  coldConsole: ConsoleClient;
  hotConsole: ConsoleClient;
  /** Asks HSM-Hot as the gateway does. */
  peer: Peer;
  file: AccountFile;
  words: string[];
  /** Sends a request over the link; answers its fields, or throws the error with `refusal` and `tag`. */
  ask(type: number, fields: unknown[], timeoutMs?: number): Promise<any[]>;
  /** isCutKept: a power cut that the test has set stays set. */
  coldOn(isCutKept?: boolean): void;
  coldOff(): void;
  hotOn(isCutKept?: boolean): void;
  hotOff(): void;
}

/** Boards switched on and nothing more. */
export function makeRig(options: RigOptions = {}): Rig {
  const world = new World();
  const runtime = runtimeOf(world, options.seed ?? 'rig');
  const cold = makeBoard(world, {
    files: { words: wordsFile() },
    pageCount: options.pageCount,
    modems: options.modems,
  });
  const hot = makeBoard(world, { isHot: true });
  joinLines(cold.link, hot.link);
  const gsm = createGsmNetwork({ runtime, seed: options.seed ?? 'rig' });
  const networkMs = (options.networkStartS ?? 0) * 1000;
  const sim800Runtime = { ...runtime, nowMs: () => networkMs + world.nowMs };
  const sim800 = createSim800({
    runtime: sim800Runtime,
    seed: 'modem',
    number: COLD_NUMBER,
    network: gsm,
    port: cold.modem.port,
    ...options.modem,
  });
  const spare =
    options.modems === 2
      ? createSim800({ runtime, seed: 'spare', number: SPARE_NUMBER, network: gsm, port: cold.spare.port })
      : undefined;
  const admin = gsm.person(ADMIN_NUMBER);
  const coldConsole = createConsoleClient({ port: cold.console.port });
  const hotConsole = createConsoleClient({ port: hot.console.port });
  const v = new VDouble(gsm.person(V_NUMBER), COLD_NUMBER, runtime);
  const peer = createPeer({ uart: uartOf(hot.host.port), clock: clockOf(runtime), role: 'initiator', bootId: 7 });
  const rig: Rig = {
    world,
    runtime,
    cold,
    hot,
    gsm,
    sim800,
    spare,
    admin,
    v,
    coldConsole,
    hotConsole,
    peer,
    file: undefined as never,
    words: [],
    ask: (type, fields, timeoutMs) =>
      world.finish(
        new Promise((resolve, reject) =>
          peer.request(
            type,
            fields as never,
            (error, answer) => (error ? reject(error) : resolve(answer as never)),
            timeoutMs,
          ),
        ),
        1_200_000,
      ),
    coldOn: (isCutKept) => cold.on(startCold, isCutKept),
    coldOff: () => cold.off(),
    hotOn: (isCutKept) => hot.on(startHot, isCutKept),
    hotOff: () => hot.off(),
  };
  rig.hotOn();
  rig.coldOn();
  return rig;
}

export function accountData(rig: Rig, options: RigOptions): AccountData {
  return {
    name: 'shop',
    network: 'regtest',
    script: options.script ?? 'p2wpkh',
    vIdentity: rig.v.identityPub,
    vPhones: [V_NUMBER],
    adminPhones: [ADMIN_NUMBER],
    payoutAddress: 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080',
    ...options.account,
    policy: { windowMaxSats: 'none', tellAboveSats: 0, ...options.account?.policy },
  };
}

/** Provisioned, paired, one account, phones and time set. */
async function newRig(options: RigOptions): Promise<Rig> {
  const rig = makeRig(options);
  const { world, coldConsole } = rig;
  const made = await world.finish(
    provision(coldConsole, { dice: DICE, hostEntropy: rig.runtime.random(32), pin: PIN }),
  );
  rig.words = made.words;
  await world.finish(setTime(coldConsole, START_S, PIN));
  await world.finish(setPhones(coldConsole, [ADMIN_NUMBER], PIN));
  await world.finish(pairHot(coldConsole, rig.hotConsole, rig.runtime.random(32), PIN));
  rig.file = await world.finish(addAccount(coldConsole, accountData(rig, options), PIN));
  rig.v.pair(rig.file);
  await world.until(() => rig.cold.files.has('b0-1-0') && rig.cold.files.has('b0-2-0'));
  return rig;
}

interface Snapshot {
  cold: Uint8Array;
  hot: Uint8Array;
  files: [string, Uint8Array][];
  file: AccountFile;
  words: string[];
}

const snapshots = new Map<string, Promise<Snapshot>>();

/**
 * A rig that is provisioned, paired, with one account and batch 0 of both sides derived: made once for each set of
 * options, then copied. Boards are on, HSM-Cold unlocked, its clock set, the link up.
 */
export async function readyRig(options: RigOptions = {}): Promise<Rig> {
  const changed = Object.keys(options.account ?? {});
  if (changed.length && changed.every((name) => name === 'policy' || name === 'allowList')) {
    const rig = await readyRig({ ...options, account: undefined });
    await rig.world.finish(changeAccount(rig.coldConsole, 0, { ...accountData(rig, options) }, PIN));
    return rig;
  }
  const key = JSON.stringify({ ...options, modem: undefined });
  let snapshot = snapshots.get(key);
  if (!snapshot) {
    snapshot = newRig(options).then((rig) => ({
      cold: rig.cold.flash.cells.slice(),
      hot: rig.hot.flash.cells.slice(),
      files: [...rig.cold.files],
      file: rig.file,
      words: rig.words,
    }));
    snapshots.set(key, snapshot);
  }
  const made = await snapshot;
  const rig = makeRig(options);
  rig.coldOff();
  rig.hotOff();
  rig.cold.flash.cells.set(made.cold);
  rig.hot.flash.cells.set(made.hot);
  made.files.forEach(([name, bytes]) => rig.cold.files.set(name, bytes.slice()));
  rig.file = made.file;
  rig.words = made.words;
  rig.v.pair(rig.file);
  rig.hotOn();
  rig.coldOn();
  await wake(rig);
  return rig;
}

/** Unlocks HSM-Cold and sets its clock to what it was, after a restart. */
export async function wake(rig: Rig): Promise<void> {
  await rig.world.finish(unlock(rig.coldConsole, PIN));
  await rig.world.finish(setTime(rig.coldConsole, START_S + Math.ceil(rig.world.nowMs / 1000), PIN));
  await linkUp(rig);
}

/** Waits until a request reaches HSM-Cold again. */
export async function linkUp(rig: Rig): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    await rig.world.until(() => rig.peer.isUp());
    const isUp = await rig.ask(MSG_COLD_STATUS, []).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await rig.world.run(1000);
  }
  throw new Error('the boards did not find each other');
}

/** A ready rig whose V has an open channel. */
export async function channelRig(options: RigOptions = {}): Promise<Rig> {
  const rig = await readyRig(options);
  rig.v.open();
  if (!(await rig.world.until(() => rig.v.channel !== undefined))) throw new Error('no channel');
  return rig;
}
