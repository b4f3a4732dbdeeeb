// What a board at its prompt is and holds: Espruino's version and build, memory, the files of Storage with their
// addresses, and the HSM images in its slots. Only reads.
import { fail } from '../../../protocol/errors';
import { BOARDS } from '../boards';
import { NVS_ADDRESS, NVS_PAGE_BYTES, RADIO_ENTRIES, radiosOff } from '../rom/nvs';
import { crc32 } from '../storage/crc32';
import type { Prompt } from './prompt';
import {
  decodeSlotHeader,
  isLoader,
  SLOT_NAMES,
  slotOf,
  SLOT_HEADER_BYTES,
  type Slot,
  type SlotHeader,
  type SlotName,
  type StorageArea,
  type StorageFile,
} from '../storage/slots';

export interface SlotState {
  name: SlotName;
  slot: Slot;
  /** Header of a good image; undefined where the slot is empty, half written or spoilt. */
  image?: SlotHeader;
}

export interface BoardState {
  /** `process.env.BOARD` and `process.env.VERSION`. */
  espruinoBoard: string;
  version: string;
  gitCommit: string;
  serial: string;
  freeVariables: number;
  totalVariables: number;
  area: StorageArea;
  /** The files that flashing is about: loaders, boot code, slots, tables asked for. */
  files: StorageFile[];
  /** Address of the first free byte behind all files. */
  tail: number;
  freeBytes: number;
  fileCount: number;
  trashBytes: number;
  loaders: string[];
  slots: SlotState[];
  /** The slot that boots, if any does. */
  active?: SlotState;
}

/** Reads the file header at a on the board. h: its 32 octets, s: the file's size, w: there is a file. */
const READ_HEADER =
  'h=a+32<=e?F.read(32,a):0;s=h?h[0]|h[1]<<8|h[2]<<16:0;' + 'w=h&&!(s==0xFFFFFF&&h[3]==255)&&(s||h[3])&&a+32+s<=e;';

/**
 * Walks Storage on the board. a: start, e: end, p: page, y: names; answers [[name,address,size]…wanted], tail, count,
 * trash.
 */
const WALK =
  '(function(a,e,p,y){var F=require("Flash"),r=[],t=a,k=0,g=0,h,s,w,n,i;' +
  'for(;;){' +
  READ_HEADER +
  `if(!w){a+=p-a%p;${READ_HEADER}if(!w)break;}` +
  'n="";if(h[4]||h[5]||h[6]||h[7]){for(i=4;i<32&&h[i];i++)n+=String.fromCharCode(h[i]);k++;}else g+=s+32;' +
  'if(!h[3]&&(n.substr(0,4)=="hsm."||n.substr(0,5)==".boot"||y.indexOf(n)>=0))r.push([n,a+32,s]);' +
  'a=(a+35+s)&~3;t=a;}' +
  'return [r,t,k,g];})';

const RADIOS =
  '(typeof ESP32=="undefined"?"":' +
  '[ESP32.getState().Wifi?"wifi":"",ESP32.getState().BLE?"ble":""].join(" ").trim())';

/** What is said of a board whose variables lie in external memory. */
export const EXTERNAL_RISK =
  'memory lies outside of the chip: whoever has the board in hand can listen to keys on its wires';

/** As boards/espruino/esp32.ts memoryUse() finds it. */
const EXTERNAL = 'typeof ESP32!="undefined"&&E.getAddressOf(process.memory(),false)>>>22===0xfe';

/** Whether the board's variables lie in memory outside of the chip. */
export async function isExternal(prompt: Prompt): Promise<boolean> {
  return (await prompt.eval(`(${EXTERNAL})`)) === true;
}

/** The radios of the board that are on, as Hal.radios names them; empty: none is, or it has none. */
export async function radiosOn(prompt: Prompt): Promise<string> {
  return String(await prompt.eval(RADIOS));
}

/**
 * Throws `radio-on` for a board with a radio that is on: its prompt, and so its keys, are whoever's is in range; and
 * `radio-stuck` where the settings have it off. Asked before anything is written.
 */
export async function requireSilentRadios(prompt: Prompt): Promise<void> {
  const radios = await radiosOn(prompt);
  if (radios === '') return;
  const { offset, lenBytes } = RADIO_ENTRIES;
  const crc = await prompt.eval(`E.CRC32(require("Flash").read(${lenBytes},${NVS_ADDRESS + offset}))`);
  if (crc === crc32(radiosOff(NVS_PAGE_BYTES).subarray(offset, offset + lenBytes)))
    throw fail(
      'radio-stuck',
      `a radio of this board is on (${radios}) although its settings say that it is off: this base of Espruino does ` +
        'not obey them, and no board may run it. Write another build with "chaincloud flash --base DIR"; ' +
        'nothing was written',
    );
  throw fail(
    'radio-on',
    `a radio of this board is on (${radios}): whoever is in range has its prompt. Write the base again with ` +
      '"chaincloud flash --base DIR", which switches both radios off before its first start; nothing was written',
  );
}

/**
 * Throws `no-board-name` for a build that does not say what board it is for: it is nobody's to say what it can do.
 */
export function requireBoardName(name: unknown): void {
  if (typeof name === 'string' && name !== '' && name !== 'undefined') return;
  throw fail(
    'no-board-name',
    'this build of Espruino has lost its name (process.env.BOARD is missing), so nothing tells what board it is for: ' +
      'no image goes onto it. Write a whole build with "chaincloud flash --base DIR"; nothing was written',
  );
}

/** Asks `process.env` and memory; works on any Espruino. A name that it lost is empty. */
export async function probeInterpreter(
  prompt: Prompt,
): Promise<
  Pick<BoardState, 'espruinoBoard' | 'version' | 'gitCommit' | 'serial' | 'freeVariables' | 'totalVariables'>
> {
  const answer = await prompt.eval(
    '[process.env.BOARD,process.env.VERSION,process.env.GIT_COMMIT,process.env.SERIAL,' +
      'process.memory().free,process.memory().total]',
  );
  if (!Array.isArray(answer) || answer.length !== 6)
    throw fail(
      'not-espruino',
      'the board answers at its prompt but does not say what it is: flash the base firmware anew',
    );
  const [espruinoBoard, version, gitCommit, serial, freeVariables, totalVariables] = answer as [
    string | null,
    string,
    string,
    string,
    number,
    number,
  ];
  return {
    espruinoBoard: espruinoBoard ?? '',
    version,
    gitCommit: gitCommit ?? '',
    serial: serial ?? '',
    freeVariables,
    totalVariables,
  };
}

/**
 * Storage of the board, from the boards' data. Throws `wrong-board` for a chip that no board folder describes, and
 * `no-board-name`.
 */
export function areaOf(espruinoBoard: string): StorageArea {
  requireBoardName(espruinoBoard);
  const board = BOARDS.find((candidate) => candidate.espruinoBoard === espruinoBoard);
  const taken = [...new Set(BOARDS.map((each) => each.espruinoBoard))].join(', ');
  if (!board)
    throw fail(
      'wrong-board',
      `an Espruino "${espruinoBoard}" is none that the boards take (${taken}): ` +
        'write the build for the classic ESP32 with "chaincloud flash --base DIR"; nothing was written',
    );
  return board.storage;
}

async function slotState(prompt: Prompt, slot: Slot, name: SlotName): Promise<SlotState> {
  const text = String(await prompt.eval(`btoa(require("Storage").read("${name}",0,${SLOT_HEADER_BYTES}))`));
  const header = decodeSlotHeader(new Uint8Array(Buffer.from(text, 'base64')));
  if (!header || header.lenBytes + SLOT_HEADER_BYTES > slot.pageCount * (slot.sizeBytes / slot.pageCount))
    return { name, slot };
  const crc = await prompt.eval(`E.CRC32(require("Storage").read("${name}",${SLOT_HEADER_BYTES},${header.lenBytes}))`);
  return crc === header.crc32 ? { name, slot, image: header } : { name, slot };
}

/** Looks at all of it. tables: names of further files to tell of. */
export async function probeBoard(prompt: Prompt, tables: string[] = []): Promise<BoardState> {
  const interpreter = await probeInterpreter(prompt);
  const area = areaOf(interpreter.espruinoBoard);
  const end = area.address + area.pageBytes * area.pageCount;
  const walk = (await prompt.eval(`${WALK}(${area.address},${end},${area.pageBytes},${JSON.stringify(tables)})`, {
    timeoutMs: 20_000,
  })) as [[string, number, number][], number, number, number];
  if (!Array.isArray(walk)) throw fail('board-silent', 'the board did not list its Storage: try again');
  const files = walk[0].map(([name, address, sizeBytes]) => ({ name, address, sizeBytes }));
  const loaders: string[] = [];
  for (const file of files.filter((each) => /^\.boot[0-3]$/.test(each.name))) {
    if (isLoader(String(await prompt.eval(`require("Storage").read("${file.name}",0,19)`)))) loaders.push(file.name);
  }
  const slots: SlotState[] = [];
  for (const name of SLOT_NAMES) {
    const slot = slotOf(
      files.find((file) => file.name === name),
      area,
    );
    if (slot) slots.push(await slotState(prompt, slot, name));
  }
  const good = slots.filter((each) => each.image).sort((x, y) => y.image!.sequence - x.image!.sequence);
  return {
    ...interpreter,
    area,
    files,
    tail: walk[1],
    freeBytes: end - walk[1],
    fileCount: walk[2],
    trashBytes: walk[3],
    loaders,
    slots,
    ...(good[0] && loaders.length > 0 ? { active: good[0] } : {}),
  };
}
