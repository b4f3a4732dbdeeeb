// The two boards of the simulated system with everything that is plugged into them: serial lines, flash that outlives
// power, one or two SIM800 modems on HSM-Cold. The images are the emitted ones; the engine is Node's or the genuine
// interpreter.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_FIRMWARE } from '../../kit/package';
import { fail } from '../../../protocol/errors';
import type { PortData } from '../../../boards/board';
import type { BytePort } from '../../kit/byte-port';
import {
  createEspruinoBoard,
  createFlash,
  createNodeBoard,
  wire,
  type BoardData,
  type PortModeName,
  type Radio,
  type SimBoard,
  type Wire,
} from '../board';
import type { GsmNetwork } from '../gsm';
import { NUMBERS } from '../numbers';
import { createSim800, type ModemKindName, type Sim800 } from '../sim800';
import type { Mood } from '../sim800/moods';
import type { VirtualRuntime } from '../clock/virtual-runtime';

export interface BoardsOptions {
  runtime: VirtualRuntime;
  seed: string;
  gsm: GsmNetwork;
  /** A folder of boards/. */
  board: BoardData;
  /** Path of the genuine interpreter; Node's engine without. */
  espruino?: string;
  /** For the genuine interpreter: what runs on each board before its image. */
  prelude?: (role: 'cold' | 'hot') => string;
  /** The ESP32 port's ways that both boards have, and radios that are on; none without. */
  modes?: readonly PortModeName[];
  radios?: Radio[];
  /** GSM modules on HSM-Cold: 2 without; 1 is what a chip has pins for. */
  modems?: 1 | 2;
  /** Which modems they are, default SIM800. */
  modemKind?: ModemKindName;
  /** Odd answers of the modems: made anew for each. */
  mood?: () => Mood;
  onLog?: (who: string, line: string) => void;
}

export interface Boards {
  cold: SimBoard;
  hot: SimBoard;
  modems: Sim800[];
  /** Every line, for taps and faults: end 0 is the board's (HSM-Cold's on `link`). */
  lines: { host: Wire; link: Wire; console: Wire; hotConsole: Wire; modems: Wire[] };
  /** The outer ends that people and programs use. */
  hostPort: BytePort;
  consolePort: BytePort;
  hotConsolePort: BytePort;
  /** Processor time of both boards' firmware so far. */
  cpuMs(): number;
  close(): Promise<void>;
}

function readBuilt(...parts: string[]): Buffer {
  const file = join(BUILT_FIRMWARE, ...parts);
  if (!existsSync(file)) throw fail('no-image', `${file} is missing: run "npm run build"`);
  return readFileSync(file);
}

/** Lines at the board's own speeds where its port has ways of its own; else at the default. */
function makeLines({ runtime, board, modes }: BoardsOptions): Boards['lines'] {
  const { cold, hot } = board.ports;
  const line = (port: PortData | undefined): Wire => wire(runtime, modes?.length ? { baud: port?.baud } : {});
  return {
    host: line(hot.host),
    link: line(cold.link),
    console: line(cold.console),
    hotConsole: line(hot.console),
    modems: [line(cold.modem0), line(cold.modem1)],
  };
}

/** A board with its image and what is plugged into its ports. Throws `no-image`. */
function makeBoard(options: BoardsOptions, role: 'cold' | 'hot', ports: Record<string, BytePort>): SimBoard {
  const { runtime, board } = options;
  const name = role === 'cold' ? 'HSM-Cold' : 'HSM-Hot';
  const common = {
    name,
    role,
    image: readBuilt(board.name, `hsm-${role}.js`).toString('latin1'),
    board,
    runtime,
    flash: createFlash(board.flash),
    storage: createFlash(board.storage),
    files: { comb: new Uint8Array(readBuilt('comb.bin')), words: new Uint8Array(readBuilt('words.bin')) },
    ports,
    modes: options.modes,
    radios: options.radios,
    onLog: (line: string) => options.onLog?.(name, line),
  };
  return options.espruino
    ? createEspruinoBoard({ ...common, espruino: options.espruino, prelude: options.prelude?.(role) })
    : createNodeBoard(common);
}

export async function createBoards(options: BoardsOptions): Promise<Boards> {
  const { runtime, gsm, seed } = options;
  const lines = makeLines(options);
  const modems = [NUMBERS.cold, NUMBERS.coldSpare].slice(0, options.modems ?? 2).map((number, i) =>
    createSim800({
      runtime,
      seed: `${seed}/modem${i}`,
      number,
      network: gsm,
      port: lines.modems[i][1],
      kind: options.modemKind,
      mood: options.mood?.(),
    }),
  );
  const cold = makeBoard(options, 'cold', {
    console: lines.console[0],
    link: lines.link[0],
    modem0: lines.modems[0][0],
    ...(modems.length > 1 && { modem1: lines.modems[1][0] }),
  });
  const hot = makeBoard(options, 'hot', { console: lines.hotConsole[0], host: lines.host[0], link: lines.link[1] });
  return {
    cold,
    hot,
    modems,
    lines,
    hostPort: lines.host[1],
    consolePort: lines.console[1],
    hotConsolePort: lines.hotConsole[1],
    cpuMs: () => cold.cpuMs() + hot.cpuMs(),
    async close() {
      await cold.close();
      await hot.close();
      modems.forEach((modem) => modem.close());
    },
  };
}
