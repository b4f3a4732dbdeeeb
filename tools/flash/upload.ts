// Brings an image onto a board that is at its Espruino prompt: layout of the slots at the first time, erase, write,
// read back, switch. Every step can be cut off and the whole be run again: what is done already is found and left out,
// and at each instant the board boots the image it had, or the new one (see slots.ts).
// Leaves to others: getting to the prompt, the restart and what the image says after it.
import { fail } from '../../protocol/errors';
import { crc32 } from './storage/crc32';
import type { DeviceImage } from './storage/image';
import { erasePages, fillFile, piecesOf } from './storage/fill';
import { quote } from './prompt/packets';
import { PC_BOARD, startPacemaker } from './prompt/pacemaker';
import { createRemote, type Remote } from './prompt/remote';
import { probeBoard, requireSilentRadios, type BoardState, type SlotState } from './prompt/probe';
import type { Prompt } from './prompt/prompt';
import { createFile, putTables } from './storage/tables';
import {
  choosePageCount,
  encodeSlotHeader,
  LOADER,
  PAD_NAME,
  padBytes,
  SLOT_HEADER_BYTES,
  SLOT_NAMES,
  type SlotName,
  slotFileBytes,
  slotOf,
  type ImageInfo,
  type SlotHeader,
} from './storage/slots';

export interface UploadProgress {
  step: 'probe' | 'tables' | 'layout' | 'erase' | 'write' | 'verify' | 'switch';
  doneBytes: number;
  totalBytes: number;
}

type Report = (step: UploadProgress['step'], doneBytes: number, totalBytes: number) => void;

export interface UploadOptions {
  /** Storage files that the image needs, such as the comb table. */
  tables?: { [name: string]: Uint8Array };
  /** Bytes in one packet's write; smaller on a line that loses bytes. */
  chunkBytes?: number;
  /** Writes the image even when another role or another board's image is on the board. */
  force?: boolean;
  /** A trial of the line that the board passed: kept with the image. */
  proof?: string;
  onProgress?: (progress: UploadProgress) => void;
}

export interface UploadResult {
  slot: string;
  /** False when the board held this very image as its active one already. */
  isChanged: boolean;
  writtenBytes: number;
  erasedPages: number;
  state: BoardState;
}

/** An interpreter on a PC: its Storage may have room for one slot alone. */
const isSingle = (state: BoardState): boolean => state.espruinoBoard === PC_BOARD;

/** Bytes a packet: long ones use a line better, and three copies of one must fit into the board's free variables. */
function chunkFor(state: BoardState): number {
  if (isSingle(state)) return 5632;
  return state.freeVariables >= 1500 ? 2048 : state.freeVariables >= 700 ? 1024 : 256;
}

/**
 * Refuses an image of another board or role than the one that boots now. Throws `wrong-board`, `wrong-role`, unless
 * `isForced`.
 */
export function aSameRole(now: ImageInfo | undefined, wanted: ImageInfo, isForced: boolean): void {
  if (!now || isForced) return;
  if (now.board !== wanted.board)
    throw fail(
      'wrong-board',
      `the board runs the image of ${now.board} and this one is for ${wanted.board}: choose it with ` +
        `--board ${now.board}, or give --force if the board itself was wrongly flashed`,
    );
  if (now.role !== wanted.role)
    throw fail(
      'wrong-role',
      `the board is an HSM-${now.role === 'cold' ? 'Cold' : 'Hot'} and this image is ` +
        `HSM-${now.role === 'cold' ? 'Hot' : 'Cold'}: take the other board, or give --force`,
    );
}

/** Does the slot with this header hold this very image? */
export function isSameImage(now: SlotHeader | undefined, { info, code }: DeviceImage): boolean {
  return (
    now !== undefined &&
    now.crc32 === crc32(code) &&
    now.lenBytes === code.length &&
    now.commit === info.commit &&
    now.role === info.role &&
    now.board === info.board
  );
}

/** Refuses an image that is not for this board, before anything is written. */
export function aFittingImage(state: BoardState, image: DeviceImage, isForced: boolean): void {
  if (state.espruinoBoard !== image.espruinoBoard) {
    throw fail(
      'wrong-board',
      `this image is for ${image.info.board} (an Espruino "${image.espruinoBoard}") and the board is an ` +
        `Espruino "${state.espruinoBoard}": choose the image with --board`,
    );
  }
  aSameRole(state.active?.image, image.info, isForced);
}

/** The pieces of an upload that each step needs. */
interface Upload {
  prompt: Prompt;
  remote: Remote;
  chunkBytes: number;
  report: Report;
}

/** Is the file the loader as it is now? */
const isLoader = async (prompt: Prompt, name: string): Promise<boolean> =>
  (await prompt.eval(`E.CRC32(require("Storage").read("${name}"))`)) === crc32(Buffer.from(LOADER));

/** Puts the loader into a boot file of its own and takes older ones away. Throws `boot-files`, `verify-failed`. */
async function putLoader({ prompt, remote }: Upload, state: BoardState): Promise<void> {
  const taken = state.files.map((file) => file.name);
  const spoilt = state.slots.every((each) => !each.image) ? state.loaders : [];
  const free = [0, 1, 2, 3].map((n) => `.boot${n}`).find((name) => !taken.includes(name) || spoilt.includes(name));
  if (!free)
    throw fail(
      'boot-files',
      'the files .boot0 to .boot3 are all in use by something else: delete one of them or use --erase',
    );
  await remote.change(`require("Storage").write("${free}",${quote(LOADER)})`);
  if (!(await isLoader(prompt, free))) throw fail('verify-failed', 'the loader reads back wrong: run this again');
  for (const old of state.loaders.filter((name) => name !== free))
    await remote.change(`require("Storage").erase("${old}")`);
}

/** Does the board have that slot, on its page? */
const hasSlot = (state: BoardState, name: string): boolean =>
  slotOf(
    state.files.find((file) => file.name === name),
    state.area,
  ) !== undefined;

/** Makes a slot, of the other one's size. False where an interpreter on a PC has no room for a second one. */
async function makeSlot({ remote }: Upload, state: BoardState, name: SlotName, imageBytes: number): Promise<boolean> {
  const other = state.slots.find((each) => each.name !== name);
  if (other && isSingle(state) && state.freeBytes < (other.slot.pageCount + 3) * state.area.pageBytes) return false;
  const { pageCount } = other ? other.slot : choosePageCount(imageBytes, state.freeBytes, state.area, isSingle(state));
  const pad = padBytes(state.tail, state.area);
  if (pad) await createFile(remote, PAD_NAME + (name === 'hsm.b' ? '2' : ''), pad);
  await createFile(remote, name, slotFileBytes(name, pageCount, state.area));
  return true;
}

/** Throws `no-space` when a slot that is there is too small. */
function requireRoom(state: BoardState, imageBytes: number): void {
  const wanted = Math.ceil((imageBytes + SLOT_HEADER_BYTES) / state.area.pageBytes);
  const small = state.slots.find((each) => each.slot.pageCount < wanted);
  if (small)
    throw fail(
      'no-space',
      `the board's slots hold ${small.slot.pageCount * state.area.pageBytes} bytes and the image has ` +
        `${imageBytes}: lay Storage out anew with --erase (keys are elsewhere and stay)`,
    );
}

/** Makes sure that loader and both slots are there and large enough; answers the state after it. */
async function layOut(upload: Upload, first: BoardState, imageBytes: number): Promise<BoardState> {
  const { prompt } = upload;
  let state = first;
  requireRoom(state, imageBytes);
  if (state.loaders.length !== 1 || !(await isLoader(prompt, state.loaders[0]))) {
    await putLoader(upload, state);
    state = await probeBoard(prompt);
  }
  for (const name of SLOT_NAMES) {
    if (hasSlot(state, name)) continue;
    if (!(await makeSlot(upload, state, name, imageBytes))) break;
    state = await probeBoard(prompt);
    if (!hasSlot(state, name))
      throw fail('layout-failed', 'Storage put a slot off its page: lay it out anew with --erase');
  }
  return state;
}

/** The slot to write: never the one that boots, but where there is one slot only. */
function targetOf(state: BoardState): SlotState {
  const target =
    state.slots.find((each) => each.name !== state.active?.name) ?? (isSingle(state) ? state.slots[0] : undefined);
  if (!target) throw fail('layout-failed', 'the board has no free slot: lay Storage out anew with --erase');
  return target;
}

/**
 * Writes the image behind the header's place. A slot that has a header loses it first, so that at no time a header
 * stands before another image than its own.
 */
async function fillSlot(
  { prompt, remote, chunkBytes, report }: Upload,
  { name, slot: { address } }: SlotState,
  code: Uint8Array,
  pageBytes: number,
): Promise<{ writtenBytes: number; erasedPages: number }> {
  const hasHeader =
    (await prompt.eval(`E.sum(require("Flash").read(${SLOT_HEADER_BYTES},${address}))!=${SLOT_HEADER_BYTES * 255}`)) ===
    true;
  const headErased = hasHeader ? await erasePages(remote, address, 1, pageBytes) : 0;
  const done = await fillFile(prompt, remote, {
    name,
    address,
    pieces: piecesOf(code, SLOT_HEADER_BYTES, pageBytes),
    pieceBytes: pageBytes,
    chunkBytes,
    isErasable: true,
    onProgress: report,
  });
  report('verify', 1, 1);
  if (!done.isRight)
    throw fail(
      'verify-failed',
      'the image reads back wrong and was not switched on: run this again; if it stays so the flash is worn',
    );
  return { writtenBytes: done.writtenBytes, erasedPages: done.erasedPages + headErased };
}

/** Makes a filled slot the one that boots; answers the state after it. Throws `verify-failed`. */
async function switchTo(
  { prompt, remote, report }: Upload,
  before: BoardState,
  target: SlotState,
  image: DeviceImage,
  proof?: string,
): Promise<BoardState> {
  const sequence = Math.max(0, ...before.slots.map((each) => each.image?.sequence ?? 0)) + 1;
  report('switch', 0, 1);
  await remote.write(
    target.slot.address,
    encodeSlotHeader({
      ...image.info,
      sequence,
      lenBytes: image.code.length,
      crc32: crc32(image.code),
      ...(proof ? { proof } : {}),
    }),
  );
  const state = await probeBoard(prompt);
  if (state.active?.name !== target.name)
    throw fail(
      'verify-failed',
      'the new image is not the one that would boot: run this again; the board still boots what it had',
    );
  for (const old of state.files.filter((file) => file.name === '.bootcde' || file.name === '.bootrst'))
    await remote.change(`require("Storage").erase("${old.name}")`);
  report('switch', 1, 1);
  return state;
}

/**
 * Uploads `image`. Throws `wrong-board`, `wrong-role`, `no-space`, `table-differs`, `erase-failed`, `verify-failed`,
 * `board-silent`, `board-error`, `port-gone`, `radio-on`; whichever it is, the board boots what it booted before.
 */
export async function uploadImage(
  prompt: Prompt,
  image: DeviceImage,
  options: UploadOptions = {},
): Promise<UploadResult> {
  const { tables = {} } = options;
  const report: Report = (step, doneBytes, totalBytes) => options.onProgress?.({ step, doneBytes, totalBytes });
  await requireSilentRadios(prompt);
  await startPacemaker(prompt);
  let state = await probeBoard(prompt, Object.keys(tables));
  const chunkBytes = options.chunkBytes ?? chunkFor(state);
  report('probe', 1, 1);
  aFittingImage(state, image, options.force === true);
  const upload: Upload = { prompt, remote: await createRemote(prompt), chunkBytes, report };
  const isSame = isSameImage(state.active?.image, image);
  const tableBytes = await putTables(
    { ...upload, state, report: (done, total) => report('tables', done, total) },
    tables,
  );
  if (isSame) return { slot: state.active!.name, isChanged: false, writtenBytes: tableBytes, erasedPages: 0, state };
  if (tableBytes > 0) state = await probeBoard(prompt);
  report('layout', 0, 1);
  state = await layOut(upload, state, image.code.length);
  const target = targetOf(state);
  const { writtenBytes, erasedPages } = await fillSlot(upload, target, image.code, state.area.pageBytes);
  state = await switchTo(upload, state, target, image, options.proof);
  return {
    slot: target.name,
    isChanged: true,
    writtenBytes: tableBytes + writtenBytes + SLOT_HEADER_BYTES,
    erasedPages,
    state,
  };
}
