// Buffer for bundled packages that still call its deprecated constructor, which warns outside of node_modules.
import { Buffer as NodeBuffer } from 'node:buffer';

export function Buffer(value, encoding, length) {
  return typeof value === 'number' ? NodeBuffer.alloc(value) : NodeBuffer.from(value, encoding, length);
}
Object.setPrototypeOf(Buffer, NodeBuffer);
Buffer.prototype = NodeBuffer.prototype;
