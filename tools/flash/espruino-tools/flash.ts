// Flashing through EspruinoTools: for a board with an Espruino that no folder of boards/ describes, so that nothing is
// known of its flash. Slots are plain files of Storage here, one for each image, and Storage places them. The image
// that boots is left alone until the new one is whole: the loader takes a slot by its CRC.
// Leaves to others: getting to the prompt and the restart (flash.ts).
import { fail } from '../../../protocol/errors';
import { BOARDS } from '../boards';
import { reachPrompt, restart, type FlashOptions, type Started } from '../flash';
import { proveLines } from '../lines/prove';
import { requireBoardName, requireSilentRadios } from '../prompt/probe';
import { findPrompt } from '../prompt/prompt';
import { crc32 } from '../storage/crc32';
import { eraseStorage } from '../storage/erase';
import {
  decodeSlotHeader,
  encodeSlotHeader,
  isLoader,
  LOADER,
  SLOT_HEADER_BYTES,
  SLOT_NAMES,
  type SlotHeader,
  type SlotName,
} from '../storage/slots';
import { aSameRole, isSameImage } from '../upload';
import { openEspruinoTools, type EspruinoTools, type EspruinoToolsSession } from './session';

const LOADER_FILE = '.boot0';

/** What an upload through EspruinoTools left. */
export interface ToolsUpload {
  slot: SlotName;
  isChanged: boolean;
  writtenBytes: number;
}

export interface ToolsFlashResult extends ToolsUpload, Started {
  version: string;
  espruinoBoard: string;
  uploadMs: number;
}

const read = (name: string, range = ''): string => `require("Storage").read(${JSON.stringify(name)}${range})`;
const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** CRC of a file of Storage from an offset on; undefined where there is no such file. */
async function crcOf(session: EspruinoToolsSession, name: string, range = ''): Promise<number | undefined> {
  const crc = Number(await session.eval(`${read(name)}===undefined?-1:E.CRC32(${read(name, range)})`));
  return crc < 0 ? undefined : crc;
}

/** Header of the slot, where the image behind it is whole. */
async function goodHeader(session: EspruinoToolsSession, name: SlotName): Promise<SlotHeader | undefined> {
  const text = String(await session.eval(`btoa(${read(name, `,0,${SLOT_HEADER_BYTES}`)}||"")`));
  const header = decodeSlotHeader(new Uint8Array(Buffer.from(text, 'base64')));
  if (!header) return undefined;
  const crc = await crcOf(session, name, `,${SLOT_HEADER_BYTES},${header.lenBytes}`);
  return crc === header.crc32 ? header : undefined;
}

/** Brings a file unless it is there. Answers the bytes written. Throws `no-space`, `verify-failed`. */
async function bring(
  session: EspruinoToolsSession,
  name: string,
  data: Uint8Array,
  onProgress?: (done: number, total: number) => void,
): Promise<number> {
  if ((await crcOf(session, name)) === crc32(data)) return 0;
  await session.eval(`require("Storage").erase(${JSON.stringify(name)})`);
  await session.sendFile(name, data, onProgress).catch((error: Error & { code?: string }) => {
    if (error.code !== 'board-error') throw error;
    throw fail('no-space', `Storage took no file ${name} of ${data.length} bytes: delete other files or use --erase`);
  });
  if ((await crcOf(session, name)) !== crc32(data))
    throw fail('verify-failed', `${name} reads back wrong: run this again; if it stays so the flash is worn`);
  return data.length;
}

/** Refuses what would take something away from the image that boots. Throws `boot-files`, `table-differs`. */
async function refuseLosses(
  session: EspruinoToolsSession,
  now: SlotHeader | undefined,
  tables: { [name: string]: Uint8Array },
): Promise<void> {
  const boot = await session.eval(`${read(LOADER_FILE, ',0,19')}||""`);
  if (boot !== '' && !isLoader(String(boot)))
    throw fail('boot-files', `the file ${LOADER_FILE} is in use by something else: delete it or use --erase`);
  if (!now) return;
  for (const [name, data] of Object.entries(tables)) {
    const crc = await crcOf(session, name);
    if (crc !== undefined && crc !== crc32(data))
      throw fail(
        'table-differs',
        `the board's file ${name} is another one than this image needs, and its present image needs that: ` +
          'give --erase (keys are elsewhere and stay)',
      );
  }
}

/**
 * Uploads an image through EspruinoTools. Throws `known-board`, `no-board-name`, `wrong-board`, `wrong-role`,
 * `boot-files`, `table-differs`, `no-space`, `verify-failed`, `board-error`, `board-silent`; whichever it is, the board
 * boots what it booted before.
 */
export async function uploadByEspruinoTools(
  session: EspruinoToolsSession,
  { image, tables = {}, force = false, onProgress }: Pick<FlashOptions, 'image' | 'tables' | 'force' | 'onProgress'>,
): Promise<ToolsUpload> {
  const espruinoBoard = await session.eval('process.env.BOARD');
  requireBoardName(espruinoBoard);
  if (BOARDS.some((board) => board.espruinoBoard === espruinoBoard))
    throw fail('known-board', `an Espruino "${espruinoBoard}" is flashed without --with, and more safely so`);
  const headers = new Map<SlotName, SlotHeader>();
  for (const name of SLOT_NAMES) {
    const header = await goodHeader(session, name);
    if (header) headers.set(name, header);
  }
  const [active] = [...headers].sort(([, a], [, b]) => b.sequence - a.sequence);
  const now = active?.[1];
  aSameRole(now, image.info, force);
  await refuseLosses(session, now, tables);
  const loader = latin1(LOADER);
  let writtenBytes = 0;
  for (const [name, data] of Object.entries(tables)) {
    onProgress?.({ step: 'tables', doneBytes: 0, totalBytes: data.length });
    writtenBytes += await bring(session, name, data);
  }
  if (active && isSameImage(now, image)) {
    writtenBytes += await bring(session, LOADER_FILE, loader);
    return { slot: active[0], isChanged: writtenBytes > 0, writtenBytes };
  }
  const slot = active?.[0] === SLOT_NAMES[0] ? SLOT_NAMES[1] : SLOT_NAMES[0];
  const header = encodeSlotHeader({
    ...image.info,
    sequence: (now?.sequence ?? 0) + 1,
    lenBytes: image.code.length,
    crc32: crc32(image.code),
  });
  const data = new Uint8Array(Buffer.concat([header, image.code]));
  writtenBytes += await bring(session, slot, data, (doneBytes, totalBytes) =>
    onProgress?.({ step: 'write', doneBytes, totalBytes }),
  );
  writtenBytes += await bring(session, LOADER_FILE, loader);
  return { slot, isChanged: true, writtenBytes };
}

/** Flashes the image through EspruinoTools. Throws what flashBoard and uploadByEspruinoTools throw. */
export async function flashByEspruinoTools(tools: EspruinoTools, options: FlashOptions): Promise<ToolsFlashResult> {
  const { port, runtime, say, image } = options;
  const reached = await reachPrompt(options);
  requireBoardName(reached.board);
  await requireSilentRadios(reached);
  const { prompt } = await proveLines(reached, () => findPrompt(port, runtime), undefined, {
    ...options,
    info: image.info,
  });
  const { version, board: espruinoBoard } = prompt;
  say?.(`Espruino ${version} on ${espruinoBoard}, by EspruinoTools; the image is for ${image.info.board}: same pins?`);
  const startMs = runtime.nowMs();
  if (options.erase) {
    say?.('erasing Storage');
    await eraseStorage(prompt, options.force === true);
  }
  const session = await openEspruinoTools(tools, port);
  const upload = await uploadByEspruinoTools(session, options).finally(session.close);
  const uploadMs = runtime.nowMs() - startMs;
  const started = await restart(await findPrompt(port, runtime), image.info.role, options);
  return { ...upload, version, espruinoBoard, uploadMs, ...started };
}
