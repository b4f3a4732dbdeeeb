// The primitives that the protocol needs, given by whoever uses it: firmware/crypto on the device, the noble packages
// on the host. Keeps protocol/ free of arithmetic and lets tests run each side against the other's primitives.

/** An ECDH under way. Whoever gives it up overwrites `secret`. */
export interface EcdhWork {
  secret: Uint32Array;
}

export interface ProtocolCrypto {
  sha256(bytes: Uint8Array): Uint8Array;
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array;
  /** RFC 5869, extract and expand. */
  hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, lenBytes: number): Uint8Array;
  /** AES-256 in counter mode (big-endian counter over the whole 16-byte block); the same call encrypts and decrypts. */
  aes256Ctr(key32: Uint8Array, iv16: Uint8Array, bytes: Uint8Array): Uint8Array;
  /** secp256k1: compressed public key (33 bytes) of a private key (32 bytes). */
  pubkeyCreate(priv32: Uint8Array): Uint8Array;
  /** secp256k1: compressed shared point (33 bytes). Throws with a code when `pub` is not on the curve. */
  ecdh(pub33: Uint8Array, priv32: Uint8Array): Uint8Array;
  /** The same in steps, on a board, where one multiplication takes long: the last step returns the point. */
  ecdhStart?(pub33: Uint8Array, priv32: Uint8Array): EcdhWork;
  ecdhStep?(work: EcdhWork): Uint8Array | undefined;
  /** Secret random bytes. */
  random(lenBytes: number): Uint8Array;
}
