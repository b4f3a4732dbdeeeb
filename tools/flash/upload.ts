// Brings an image onto a board that is at its Espruino prompt: layout of the slots at the first time, erase, write, read
// back, switch. Every step can be cut off and the whole be run again: what is done already is found and left out, and at
// each instant the board boots the image it had, or the new one (see slots.ts).
// Leaves to others: getting to the prompt, the restart and what the image says after it.
import { fail } from '../../protocol/errors';
import { crc32 } from './crc32';
import type { DeviceImage } from './image';
import { dataExpression, quote } from './packets';
import { createRemote, type Remote } from './remote';
import { probeBoard, type BoardState, type SlotState } from './probe';
import type { Prompt } from './prompt';
import { choosePageCount, encodeSlotHeader, LOADER, PAD_NAME, padBytes, SLOT_HEADER_BYTES, SLOT_NAMES, slotFileBytes, slotOf } from './slots';

export interface UploadProgress {
  step: 'probe' | 'tables' | 'layout' | 'erase' | 'write' | 'verify' | 'switch';
  doneBytes: number;
  totalBytes: number;
}

export interface UploadOptions {
  /** Storage files that the image needs, such as the comb table. */
  tables?: { [name: string]: Uint8Array };
  /** Bytes in one packet's write; smaller on a line that loses bytes. */
  chunkBytes?: number;
  /** Writes the image even when another role or another board's image is on the board. */
  force?: boolean;
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
const isSingle = (state: BoardState): boolean => state.espruinoBoard === 'LINUX';

/** Bytes a packet: long ones use a line better, and three copies of one must fit into the board's free variables. */
function chunkFor(state: BoardState): number {
  if (isSingle(state)) return 5632;
  return state.freeVariables >= 1500 ? 2048 : state.freeVariables >= 700 ? 1024 : 256;
}

const ERASE_PAGES_AT_ONCE = 16;
const MEND_ROUNDS = 3;

/** Erases n pages from a that are not blank; answers how many, or -1 where one stays unerased. */
const ERASE =
  '(function(a,n,p){var F=require("Flash"),k=0,i,j;for(i=0;i<n;i++,a+=p)for(j=0;j<p;j+=256)if(E.sum(F.read(256,a+j))!=65280){' +
  'F.erasePage(a);if(E.sum(F.read(256,a+j))!=65280)return -1;k++;break;}return k;})';

/** Refuses an image that is not for this board, before anything is written. */
function aFittingImage(state: BoardState, image: DeviceImage, isForced: boolean): void {
  if (state.espruinoBoard !== image.espruinoBoard) {
    throw fail('wrong-board', `this image is for ${image.info.board} (an Espruino "${image.espruinoBoard}") and the board is an Espruino "${state.espruinoBoard}": choose the image with --board`);
  }
  const now = state.active?.image;
  if (!now || isForced) return;
  if (now.board !== image.info.board) throw fail('wrong-board', `the board runs the image of ${now.board} and this one is for ${image.info.board}: choose it with --board ${now.board}, or give --force if the board itself was wrongly flashed`);
  if (now.role !== image.info.role) throw fail('wrong-role', `the board is an HSM-${now.role === 'cold' ? 'Cold' : 'Hot'} and this image is HSM-${now.role === 'cold' ? 'Hot' : 'Cold'}: take the other board, or give --force`);
}

async function createFile(remote: Remote, name: string, sizeBytes: number): Promise<void> {
  const isDone = await remote.change(`require("Storage").write(${quote(name)},"\\xff",0,${sizeBytes})`, 30_000);
  if (isDone !== true) throw fail('no-space', `Storage took no file of ${sizeBytes} bytes: delete other files or use --erase`);
}

/** Writes a Storage file that is not there or differs. Answers the bytes written. */
async function putTable(prompt: Prompt, remote: Remote, state: BoardState, name: string, data: Uint8Array, options: UploadOptions, report: (doneBytes: number) => void): Promise<number> {
  const stored = (await prompt.eval(`(function(){var t=require("Storage").read(${quote(name)});return t===undefined?[]:[t.length,E.CRC32(t)];}())`)) as number[];
  if (stored[0] === data.length && stored[1] === crc32(data)) return 0;
  if (data.length + 64 > state.freeBytes) throw fail('no-space', `${name} needs ${data.length} bytes of Storage and ${state.freeBytes} are free: delete other files or use --erase`);
  const chunkBytes = Math.floor(((options.chunkBytes ?? chunkFor(state)) * 2) / 3);
  for (let at = 0; at < data.length; at += chunkBytes) {
    const chunk = data.subarray(at, Math.min(data.length, at + chunkBytes));
    const sized = at === 0 ? `,0,${data.length}` : `,${at}`;
    // A repeat of a write that was done already is refused by Storage: then what stands there decides.
    const check = `E.CRC32(s.read(n,${at},${chunk.length}))==${crc32(chunk)}`;
    await remote.change(`(function(){var s=require("Storage"),n=${quote(name)};return s.read(n)!==undefined&&s.read(n).length==${data.length}&&${check}||s.write(n,${dataExpression(chunk)}${sized});}())`, 20_000);
    report(at + chunk.length);
  }
  const crc = await prompt.eval(`E.CRC32(require("Storage").read(${quote(name)}))`);
  if (crc !== crc32(data)) throw fail('verify-failed', `${name} reads back wrong: run this again; if it stays so the flash is worn`);
  return data.length;
}

/** Makes sure that loader and both slots are there and large enough; answers the state after it. */
async function layOut(prompt: Prompt, remote: Remote, first: BoardState, imageBytes: number): Promise<BoardState> {
  let state = first;
  const wanted = Math.ceil((imageBytes + SLOT_HEADER_BYTES) / state.area.pageBytes);
  const small = state.slots.find((each) => each.slot.pageCount < wanted);
  if (small) throw fail('no-space', `the board's slots hold ${small.slot.pageCount * state.area.pageBytes} bytes and the image has ${imageBytes}: lay Storage out anew with --erase (keys are elsewhere and stay)`);
  const current = state.loaders.length === 1 && (await prompt.eval(`E.CRC32(require("Storage").read("${state.loaders[0]}"))`)) === crc32(Buffer.from(LOADER));
  if (!current) {
    const taken = state.files.map((file) => file.name);
    const spoilt = state.slots.every((each) => !each.image) ? state.loaders : [];
    const free = [0, 1, 2, 3].map((n) => `.boot${n}`).find((name) => !taken.includes(name) || spoilt.includes(name));
    if (!free) throw fail('boot-files', 'the files .boot0 to .boot3 are all in use by something else: delete one of them or use --erase');
    await remote.change(`require("Storage").write("${free}",${quote(LOADER)})`);
    if ((await prompt.eval(`E.CRC32(require("Storage").read("${free}"))`)) !== crc32(Buffer.from(LOADER))) throw fail('verify-failed', 'the loader reads back wrong: run this again');
    for (const old of state.loaders.filter((name) => name !== free)) await remote.change(`require("Storage").erase("${old}")`);
    state = await probeBoard(prompt);
  }
  for (const name of SLOT_NAMES) {
    if (slotOf(state.files.find((file) => file.name === name), state.area)) continue;
    const other = state.slots.find((each) => each.name !== name);
    if (other && isSingle(state) && state.freeBytes < (other.slot.pageCount + 3) * state.area.pageBytes) break;
    const { pageCount } = other ? other.slot : choosePageCount(imageBytes, state.freeBytes, state.area, isSingle(state));
    const pad = padBytes(state.tail, state.area);
    if (pad) await createFile(remote, PAD_NAME + (name === 'hsm.b' ? '2' : ''), pad);
    await createFile(remote, name, slotFileBytes(name, pageCount, state.area));
    state = await probeBoard(prompt);
    if (!slotOf(state.files.find((file) => file.name === name), state.area)) throw fail('layout-failed', 'Storage put a slot off its page: lay it out anew with --erase');
  }
  return state;
}

/** The slot to write: never the one that boots, but where there is one slot only. */
function targetOf(state: BoardState): SlotState {
  const target = state.slots.find((each) => each.name !== state.active?.name) ?? (isSingle(state) ? state.slots[0] : undefined);
  if (!target) throw fail('layout-failed', 'the board has no free slot: lay Storage out anew with --erase');
  return target;
}

async function erasePages(remote: Remote, address: number, count: number, pageBytes: number): Promise<number> {
  const answer = Number(await remote.change(`${ERASE}(${address},${count},${pageBytes})`, 20_000));
  if (answer < 0) throw fail('erase-failed', 'this Espruino build does not erase flash (its erasePage does nothing): flash another base firmware; the board still boots what it had');
  return answer;
}

/** One page of what is to be in a slot behind its header's place. */
function pageOf(code: Uint8Array, page: number, pageBytes: number): { offset: number; data: Uint8Array } {
  const from = Math.max(0, page * pageBytes - SLOT_HEADER_BYTES);
  return { offset: from + SLOT_HEADER_BYTES, data: code.subarray(from, (page + 1) * pageBytes - SLOT_HEADER_BYTES) };
}

/** Reads every page back by its CRC and does those again that are wrong. Answers how many were. */
async function mendPages(prompt: Prompt, remote: Remote, state: BoardState, target: SlotState, code: Uint8Array, chunkBytes: number): Promise<number> {
  const { pageBytes } = state.area;
  let bad = 0;
  for (let page = 0; page * pageBytes < code.length + SLOT_HEADER_BYTES; page++) {
    const { offset, data } = pageOf(code, page, pageBytes);
    if ((await prompt.eval(`E.CRC32(require("Storage").read("${target.name}",${offset},${data.length}))`)) === crc32(data)) continue;
    bad++;
    await erasePages(remote, target.slot.address + page * pageBytes, 1, pageBytes);
    for (let at = 0; at < data.length; at += chunkBytes) await remote.write(target.slot.address + offset + at, data.subarray(at, at + chunkBytes));
  }
  return bad;
}

/**
 * Uploads `image`. Throws `wrong-board`, `wrong-role`, `no-space`, `erase-failed`, `verify-failed`, `board-silent`,
 * `board-error`, `port-gone`; whichever it is, the board boots what it booted before.
 */
export async function uploadImage(prompt: Prompt, image: DeviceImage, options: UploadOptions = {}): Promise<UploadResult> {
  const report = (step: UploadProgress['step'], doneBytes: number, totalBytes: number): void => options.onProgress?.({ step, doneBytes, totalBytes });
  let state = await probeBoard(prompt);
  const chunkBytes = options.chunkBytes ?? chunkFor(state);
  report('probe', 1, 1);
  aFittingImage(state, image, options.force === true);
  const remote = await createRemote(prompt);
  const code = image.code;
  const crc = crc32(code);
  const now = state.active?.image;
  const isSame = now !== undefined && now.crc32 === crc && now.lenBytes === code.length && now.commit === image.info.commit && now.role === image.info.role && now.board === image.info.board;
  let writtenBytes = 0;
  for (const [name, data] of Object.entries(options.tables ?? {})) {
    writtenBytes += await putTable(prompt, remote, state, name, data, options, (done) => report('tables', done, data.length));
  }
  if (isSame) return { slot: state.active!.name, isChanged: false, writtenBytes, erasedPages: 0, state };
  if (writtenBytes > 0) state = await probeBoard(prompt);
  report('layout', 0, 1);
  state = await layOut(prompt, remote, state, code.length);
  const target = targetOf(state);
  const { pageBytes } = state.area;
  let erasedPages = 0;
  const usedPages = Math.ceil((code.length + SLOT_HEADER_BYTES) / pageBytes);
  for (let page = 0; page < usedPages; page += ERASE_PAGES_AT_ONCE) {
    const count = Math.min(ERASE_PAGES_AT_ONCE, usedPages - page);
    erasedPages += await erasePages(remote, target.slot.address + page * pageBytes, count, pageBytes);
    report('erase', page + count, usedPages);
  }
  for (let at = 0; at < code.length; at += chunkBytes) {
    await remote.write(target.slot.address + SLOT_HEADER_BYTES + at, code.subarray(at, at + chunkBytes));
    report('write', Math.min(code.length, at + chunkBytes), code.length);
  }
  report('verify', 0, 1);
  for (let round = 0; ; round++) {
    const readBack = await prompt.eval(`E.CRC32(require("Storage").read("${target.name}",${SLOT_HEADER_BYTES},${code.length}))`, { timeoutMs: 20_000 });
    if (readBack === crc) break;
    if (round === MEND_ROUNDS) throw fail('verify-failed', 'the image reads back wrong and was not switched on: run this again; if it stays so the flash is worn');
    await mendPages(prompt, remote, state, target, code, chunkBytes);
  }
  const sequence = Math.max(0, ...state.slots.map((each) => each.image?.sequence ?? 0)) + 1;
  report('switch', 0, 1);
  await remote.write(target.slot.address, encodeSlotHeader({ ...image.info, sequence, lenBytes: code.length, crc32: crc }));
  state = await probeBoard(prompt);
  if (state.active?.name !== target.name) throw fail('verify-failed', 'the new image is not the one that would boot: run this again; the board still boots what it had');
  for (const old of state.files.filter((file) => file.name === '.bootcde' || file.name === '.bootrst')) await remote.change(`require("Storage").erase("${old.name}")`);
  report('switch', 1, 1);
  return { slot: target.name, isChanged: true, writtenBytes: writtenBytes + code.length + SLOT_HEADER_BYTES, erasedPages, state };
}
