// Comes first in a process that makes frozen octets: what the firmware takes from Node where a board has none of its
// own is a fixed sequence, so that two runs give the same. The blinding that it seeds reaches no octet on flash.
import nodeCrypto = require('node:crypto');

let counter = 0;

Math.random = () => 0.5;
nodeCrypto.randomBytes = ((lenBytes: number): Buffer =>
  nodeCrypto.createHash('sha512').update(`flash/${counter++}`).digest().subarray(0, lenBytes)) as never;
