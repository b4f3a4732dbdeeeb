// The device's own cryptography. Everything that other code uses is exported here; the build emits this module, alone,
// as dist/firmware/crypto.js, which loads in Node, in Duktape and in Espruino. See README.md for the map.
import './curve/field'; // first: the kernel's names are found fastest when nothing stands before them
export { sha256, sha256d, sha256Parts, taggedHash } from './hash/sha256';
export { sha256For, sha256Init, sha256Update, sha256Final, sha256DropTables } from './hash/sha256-running';
export { sha512 } from './hash/sha512';
export { ripemd160, hash160 } from './hash/ripemd160';
export { hmacSha256, hmacSha256Parts, hmacSha512, hkdfSha256, pbkdf2Sha512 } from './hash/hmac';
export { drbgInit, drbgGenerate, drbgReseed, drbgWipe } from './cipher/drbg';
export { aes256Ctr, seal, open } from './cipher/aes';
export { constantTimeEqual, wipe } from './bytes';
export { blindSeed } from './curve/blind';
export {
  pubkeyCreate,
  pubkeyParse,
  ecdsaSign,
  ecdsaSignRecoverable,
  ecdsaVerify,
  verifyStart,
  verifyStep,
  ecdsaRecover,
  wipeRegisters,
} from './sign/ecdsa';
export { prepareNonce, signPrepared, wipeNonce } from './sign/nonce';
export { ecdh, ecdhStart, ecdhStep } from './sign/ecdh';
export { base58checkEncode, base58checkDecode } from './wallet/base58';
export { bech32Encode, bech32Decode, segwitEncode, segwitDecode } from './wallet/bech32';
export {
  bip32FromSeed,
  bip32Derive,
  bip32Neuter,
  privFromSeed,
  ckdPriv,
  ckdPub,
  fingerprint,
  parsePath,
  decodeXkey,
  encodeXkey,
} from './wallet/bip32';
export { batchStart, batchSlice, batchStep, isBatchRunning } from './wallet/batch';
export { bip39Seed, mnemonicEncode, mnemonicDecode } from './wallet/bip39';
export {
  address,
  addressOfHash,
  addressToScript,
  p2pkhScript,
  witnessScript,
  taprootOutputKey,
  networkHrp,
} from './wallet/address';
export {
  compactSize,
  littleEndian,
  legacySighashStart,
  legacySighashInput,
  legacySighashOutputs,
  legacySighashOutput,
  legacySighashEnd,
  segwitSighashStart,
  segwitSighashInput,
  segwitSighashOutput,
  segwitSighashFinish,
  segwitSighashDigest,
} from './sign/sighash';
export { base64Encode, base64Decode, messageHash, signMessage, verifyMessage } from './sign/message';
export { coreTestName, coreTestStep, CORE_TEST_STEPS, SELF_TEST_QUICK_STEPS } from './selftest/selftest';
export { selfTest, selfTestStep, SELF_TEST_STEPS } from './selftest/selftest-long';
