'use strict';
// CBOR in files (host/kit/cbor-file.ts): the build without native strings and without code made at run time.
const { Decoder, Encoder } = require('cbor-x/index-no-eval');

module.exports = { Decoder, Encoder };
