// A serial line as host programs see it: a real port, a pty, or an end of a simulated wire.

export interface BytePort {
  /** Queues bytes; the callee copies them. Throws code `port-closed` after close. */
  write(bytes: Uint8Array): void;
  /** One listener; a later call replaces it. Bytes that come before the first listener are kept for it. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Called when the other side is gone (cable pulled, process ended), with an error where there was one. */
  onClose(listener: (error?: Error) => void): void;
  close(): void;
}
