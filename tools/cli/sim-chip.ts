// Which board the simulator's are, and with which ways of the ESP32's port: the flags of `chaincloud sim` for that.
import { modesOf, parseVersion, PORT_MODES } from '../../boards/espruino/builds';
import { ESPRUINO_BOARD } from '../../boards/espruino/esp32-chip';
import type { Radio } from '../../host/sim/board';
import { aModeList } from '../../host/sim/board/port/modes';
import type { SimulationOptions } from '../../host/sim/simulation';
import { fail } from '../../protocol/errors';
import { boardNamed } from '../flash/boards';
import type { Command, CommandInput } from './command';

const DEFAULT_BOARD = 'esp32-sim800l';
const RADIOS: readonly Radio[] = ['wifi', 'ble'];

export const CHIP_FLAGS: Command['flags'] = {
  board: {
    value: 'BOARD',
    help: `whose images run in Node's engine: a folder of boards/; ${DEFAULT_BOARD} with the three below`,
  },
  build: { value: 'VERSION', help: "with the ways of the ESP32's port that this build of Espruino has, e.g. 2v29" },
  'port-mode': { value: 'NAME,...', help: `with single ways of the port: ${Object.keys(PORT_MODES).join(', ')}` },
  radios: { value: 'wifi,ble', help: 'with radios of the boards on' },
};

function aRadioList(text: string): Radio[] {
  const names = text.split(',').filter((name) => name !== '') as Radio[];
  const strange = names.find((name) => !RADIOS.includes(name));
  if (strange !== undefined) throw fail('usage', `"--radios" expected some of ${RADIOS.join(', ')}, got ${strange}`);
  return names;
}

function buildModes(build: string | undefined): ReturnType<typeof modesOf> {
  if (build === undefined) return [];
  if (!parseVersion(build)) throw fail('usage', `"--build" expected a version such as 2v29.278, got ${build}`);
  return modesOf(build);
}

type Chip = Pick<SimulationOptions, 'board' | 'portModes' | 'radios' | 'modems'>;

/** What the flags name; a chip has pins for one modem. Throws `usage`, `wrong-board`. */
export function chipOf({ values }: CommandInput, isGenuine: boolean): Chip {
  const modems = values.modems === '1' ? 1 : 2;
  const portModes = [...buildModes(values.build), ...aModeList(values['port-mode'] ?? '')];
  const radios = aRadioList(values.radios ?? '');
  const isChip = portModes.length > 0 || radios.length > 0;
  if (!isChip && values.board === undefined) return { modems };
  if (isGenuine) throw fail('usage', 'the genuine interpreter goes without --board, --build, --port-mode and --radios');
  const board = boardNamed(values.board ?? DEFAULT_BOARD);
  if (isChip && board.espruinoBoard !== ESPRUINO_BOARD) throw fail('usage', `${board.name} has no port of a chip`);
  return { board, portModes, radios, modems: board.ports.cold.modem1 ? modems : 1 };
}
