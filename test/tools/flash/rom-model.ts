// The loader in an ESP32's ROM, simulated: SLIP, checksums, deflate, MD5, flash that must be erased before it is
// written.
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import type { BytePort } from '../../../host/kit/byte-port';
import {
  WRITE_BLOCK_BYTES,
  blockChecksum,
  CHIP_REG,
  ESP32_MAGIC,
  OP,
  slipDecoder,
  slipEncode,
} from '../../../tools/flash/rom/rom-protocol';

export interface RomModel {
  flash: Buffer;
  /** Requests that came, by command. */
  counts: Map<number, number>;
}

export interface RomFaults {
  chipMagic?: number;
  /** Data blocks (by count from 1) whose bytes arrive spoilt. */
  spoil?: number[];
  /** Syncs that are not answered at first. */
  deafSyncs?: number;
  /** A bit of the flash that does not hold. */
  badCell?: number;
  /** Stops answering at the n-th data block. */
  dieAtBlock?: number;
}

const BAD_CHECKSUM = 0x07;

export function createRomModel(port: BytePort, faults: RomFaults = {}): RomModel {
  const flash = Buffer.alloc(4 * 1024 * 1024, 0);
  const counts = new Map<number, number>();
  let target: { address: number; blocks: number; packed: Buffer[] } | undefined;
  let isDead = false;

  function answer(op: number, value: number, data: Uint8Array = new Uint8Array(0), error = 0): void {
    const head = Buffer.alloc(8);
    head[0] = 1;
    head[1] = op;
    head.writeUInt16LE(data.length + 4, 2);
    head.writeUInt32LE(value >>> 0, 4);
    port.write(slipEncode(new Uint8Array(Buffer.concat([head, data, Buffer.from([error ? 1 : 0, error, 0, 0])]))));
  }

  function take(frame: Uint8Array): void {
    const view = Buffer.from(frame);
    if (isDead || frame.length < 8 || frame[0] !== 0 || view.readUInt16LE(2) !== frame.length - 8) return;
    const op = frame[1];
    const count = (counts.get(op) ?? 0) + 1;
    counts.set(op, count);
    const data = view.subarray(8);
    if (op === OP.sync) {
      if (count > (faults.deafSyncs ?? 0)) for (let i = 0; i < 8; i++) answer(op, 0);
    } else if (op === OP.readReg) answer(op, data.readUInt32LE(0) === CHIP_REG ? (faults.chipMagic ?? ESP32_MAGIC) : 0);
    else if (op === OP.spiAttach || op === OP.spiSetParams) answer(op, 0);
    else if (op === OP.deflBegin) {
      target = { address: data.readUInt32LE(12), blocks: data.readUInt32LE(4), packed: [] };
      flash.fill(0xff, target.address & ~0xfff, (target.address + data.readUInt32LE(0) + 0xfff) & ~0xfff);
      answer(op, 0);
    } else if (op === OP.deflData) takeBlock(data, view.readUInt32LE(4), count);
    else if (op === OP.flashMd5) {
      const part = flash.subarray(data.readUInt32LE(0), data.readUInt32LE(0) + data.readUInt32LE(4));
      answer(op, 0, Buffer.from(createHash('md5').update(part).digest('hex')));
    } else answer(op, 0, undefined, 0x05);
  }

  function takeBlock(data: Buffer, checksum: number, count: number): void {
    if (count === faults.dieAtBlock) {
      isDead = true;
      return;
    }
    const block = Buffer.from(data.subarray(16));
    if (faults.spoil?.includes(count)) block[3] = block[3] ^ 0x40;
    if (blockChecksum(block) !== checksum || block.length !== data.readUInt32LE(0) || block.length > WRITE_BLOCK_BYTES)
      return answer(OP.deflData, 0, undefined, BAD_CHECKSUM);
    if (!target || data.readUInt32LE(4) !== target.packed.length) return answer(OP.deflData, 0, undefined, 0x06);
    target.packed.push(block);
    if (target.packed.length === target.blocks) {
      const plain = inflateSync(Buffer.concat(target.packed));
      for (let i = 0; i < plain.length; i++) flash[target.address + i] &= plain[i];
      const bad = (faults.badCell ?? -1) - target.address;
      if (bad >= 0 && bad < plain.length) flash[target.address + bad] ^= 1;
    }
    answer(OP.deflData, 0);
  }

  port.onData(slipDecoder(take));
  port.write(
    new Uint8Array(
      Buffer.from(
        'ets Jun  8 2016 00:22:57\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT)\r\nwaiting for download\r\n',
      ),
    ),
  );
  return { flash, counts };
}
