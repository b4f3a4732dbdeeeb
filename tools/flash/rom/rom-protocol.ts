// The serial protocol of the loader in the ESP32's ROM, as bytes: SLIP frames around commands and answers. No I/O.
// Spec: Espressif, esptool documentation, "Serial Protocol" (requests, ROM answers with 4 status bytes, SLIP per RFC
// 1055).

export const OP = {
  sync: 0x08,
  readReg: 0x0a,
  spiSetParams: 0x0b,
  spiAttach: 0x0d,
  changeBaud: 0x0f,
  deflBegin: 0x10,
  deflData: 0x11,
  flashMd5: 0x13,
} as const;

/** Where every ESP32 family holds a word that tells it apart, and the word of the classic ESP32. */
export const CHIP_REG = 0x40001000;
export const ESP32_MAGIC = 0x00f01d83;
export const WRITE_BLOCK_BYTES = 0x400;

const END = 0xc0;
const ESC = 0xdb;
const ESC_END = 0xdc;
const ESC_ESC = 0xdd;
const CHECKSUM_SEED = 0xef;
const STATUS_BYTES = 4;

export interface RomAnswer {
  op: number;
  value: number;
  data: Uint8Array;
  /** 0 = done, else the ROM's error code. */
  error: number;
}

export function slipEncode(payload: Uint8Array): Uint8Array {
  const out: number[] = [END];
  for (const byte of payload) {
    if (byte === END) out.push(ESC, ESC_END);
    else if (byte === ESC) out.push(ESC, ESC_ESC);
    else out.push(byte);
  }
  out.push(END);
  return Uint8Array.from(out);
}

/** Splits a stream into frames; what comes between frames (the ROM's own boot text) and broken escapes are dropped. */
export function slipDecoder(onFrame: (frame: Uint8Array) => void): (bytes: Uint8Array) => void {
  let frame: number[] | undefined;
  let isEscaped = false;
  return (bytes) => {
    for (const byte of bytes) {
      if (byte === END) {
        if (frame && frame.length > 0) {
          onFrame(Uint8Array.from(frame));
          frame = undefined;
        } else frame = [];
        isEscaped = false;
      } else if (!frame) continue;
      else if (isEscaped) {
        isEscaped = false;
        if (byte === ESC_END) frame.push(END);
        else if (byte === ESC_ESC) frame.push(ESC);
        else frame = undefined;
      } else if (byte === ESC) isEscaped = true;
      else frame.push(byte);
    }
  };
}

export function words(...values: number[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeUInt32LE(value >>> 0, i * 4));
  return new Uint8Array(bytes);
}

/** The checksum of a block of data, as data commands carry it. */
export function blockChecksum(data: Uint8Array): number {
  return data.reduce((sum, byte) => sum ^ byte, CHECKSUM_SEED);
}

/** A request as a SLIP frame. */
export function encodeRequest(op: number, data: Uint8Array, checksum = 0): Uint8Array {
  const head = Buffer.alloc(8);
  head[1] = op;
  head.writeUInt16LE(data.length, 2);
  head.writeUInt32LE(checksum, 4);
  return slipEncode(new Uint8Array(Buffer.concat([head, data])));
}

/** Reads a frame as an answer; undefined for anything else. */
export function decodeAnswer(frame: Uint8Array): RomAnswer | undefined {
  if (frame.length < 8 + STATUS_BYTES || frame[0] !== 1) return undefined;
  const view = Buffer.from(frame);
  if (8 + view.readUInt16LE(2) !== frame.length) return undefined;
  const status = frame.subarray(frame.length - STATUS_BYTES);
  return {
    op: frame[1],
    value: view.readUInt32LE(4),
    data: frame.slice(8, frame.length - STATUS_BYTES),
    error: status[0] ? status[1] || 0xff : 0,
  };
}
