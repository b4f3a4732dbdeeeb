'use strict';
// The parts of bcoin that the simulator's regtest node stands on (host/sim/regtest/bcoin.ts).
module.exports = {
  Address: require('bcoin/lib/primitives/address'),
  Chain: require('bcoin/lib/blockchain/chain'),
  Mempool: require('bcoin/lib/mempool/mempool'),
  Miner: require('bcoin/lib/mining/miner'),
  Network: require('bcoin/lib/protocol/network'),
  Script: require('bcoin/lib/script/script'),
  TX: require('bcoin/lib/primitives/tx'),
};
