// Every public function of the crypto gives the same result whatever was called before it: nothing, itself, or any
// other one, with the comb's table in Storage and without it. State that outlives a call (registers, the comb, the
// blinding, tables of the hashes) must never reach a result.
//   in Node        each function of the curve first and twice in a process of its own; all ordered pairs of them in
//                  fresh instances of the module (CRYPTO_CASES: pairs of all functions); orders of all functions in
//                  which each comes first once and right behind each other one once
//   ESPRUINO       such orders of the curve's functions, each in a fresh interpreter
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as vm from 'node:vm';
import { HDKey } from '@scure/bip32';
import { wordlist } from '@scure/bip39/wordlists/english';
import { p2tr } from '@scure/btc-signer';
import { secp256k1 } from '@noble/curves/secp256k1';
import { COMB, MODULE, bytes, crypto, hex, runEspruino } from './support';

/** What the cases share, in ES5: the key 1, 2, .. 32, the SHA-256 of "abc", points and signatures of that key. */
const PRELUDE = `
function hx(b){var s="";for(var i=0;i<b.length;i++)s+=(b[i]+256).toString(16).substr(-2);return s}
function by(t){var b=new Uint8Array(t.length/2);for(var i=0;i<b.length;i++)b[i]=parseInt(t.substr(2*i,2),16);return b}
function refusal(run){try{run()}catch(e){return e.code}return "none"}
var key=by("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
var hash=by("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
var pub=by("0284bf7562262bbd6940085748f3be6afa52ae317155181ece31b66351ccffa4b0");
var other=by("0223542d61708e3fc48ba78fbe8fcc983ba94a520bc33f82b8e45e51dbc47af272");
var sig=by(
  "32420bf2dc9a8e474690c32f6634dbe523289b78d2855b24c9224e5ec2e85918"+
  "075fbb3070721a3f9edab4a5fc4a48e6f6c3b352a03d67217478c3e090365fe0");
var abc=by("616263"),iv=by("ffffffffffffffffffffffffffffffff"),h20=by("587c9bfc87a837a056f716c2f9de891adbc46c90");
var xprv=
  "xprv9s21ZrQH143K2GhcBL8ffPmyxnFVtXDBqiq3bSgKs9rhXUw1MjnhVSyvQ5BnxZ8Ni6GEefUsgmqJgQVp7uy8cQrjJSp9d5PPKLTRDNGSLh9";
var outpoint=by("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00000001");
var script=by("76a914587c9bfc87a837a056f716c2f9de891adbc46c9088ac");
`;

/** Functions that work on the curve's registers, each with what it must give, as other implementations say. */
const CURVE: Record<string, string> = {
  pubkeyCreate: 'return hx(crypto.pubkeyCreate(key))+hx(crypto.pubkeyCreate(key,false))',
  pubkeyParse:
    'return hx(crypto.pubkeyParse(pub))+refusal(function(){crypto.pubkeyParse(by("02"+hx(hash).substr(0,62)+"00"))})',
  ecdsaSignRecoverable: 'var s=crypto.ecdsaSignRecoverable(hash,key);return hx(s.sig)+s.recid',
  ecdsaVerify: 'return ""+crypto.ecdsaVerify(sig,hash,pub)+crypto.ecdsaVerify(sig,key,pub)',
  ecdsaRecover: 'return hx(crypto.ecdsaRecover(sig,1,hash))',
  ecdh: 'return hx(crypto.ecdh(other,key))',
  ecdhStep:
    'var m=crypto.ecdhStart(other,key),p;while(!p){p=crypto.ecdhStep(m);crypto.wipeRegisters()}' +
    'return hx(p)+hx(new Uint8Array(m.secret.buffer)).replace(/0/g,"")',
  ckdPub: 'return hx(crypto.ckdPub({key:pub,chain:key},7).key)',
  taprootOutputKey: 'return hx(crypto.taprootOutputKey(pub))',
  batchStep: 'return hx(crypto.batchStep(crypto.batchStart(pub,key,7,1),1)[0].pub33)',
  signPrepared:
    'var n=crypto.prepareNonce(crypto.drbgInit(key)),r=crypto.signPrepared(n,hash,key);' +
    'return hx(crypto.ecdsaRecover(r.sig,r.recid,hash))',
  wipeRegisters: 'crypto.wipeRegisters();return ""',
  blindSeed: 'crypto.blindSeed(hash);return ""',
};

const REST: Record<string, string> = {
  ecdsaSign: 'return hx(crypto.ecdsaSign(hash,key))',
  verifyStep: 'var v=crypto.verifyStart(sig,hash,pub);while(crypto.verifyStep(v));return ""+v.isValid',
  sha256: 'return hx(crypto.sha256(abc))+hx(crypto.sha256d(abc))+hx(crypto.taggedHash(abc,key))',
  sha256Update:
    'var s=crypto.sha256Init(),t=crypto.sha256For(200);' +
    'for(var i=0;i<5;i++){crypto.sha256Update(s,key);crypto.sha256Update(t,key)}' +
    'return hx(crypto.sha256Final(s))+hx(crypto.sha256Final(t))',
  sha256DropTables: 'crypto.sha256DropTables();return ""',
  sha512: 'return hx(crypto.sha512(abc))',
  parts: 'return hx(crypto.sha256Parts([abc,key]))+hx(crypto.hmacSha256Parts(key,[abc,by(""),hash]))',
  ripemd160: 'return hx(crypto.ripemd160(abc))+hx(crypto.hash160(pub))',
  hmac: 'return hx(crypto.hmacSha256(key,abc))+hx(crypto.hmacSha512(key,abc))+hx(crypto.hkdfSha256(key,by(""),abc,40))',
  pbkdf2Sha512: 'return hx(crypto.pbkdf2Sha512(abc,key,2,64))',
  drbgGenerate:
    'var d=crypto.drbgInit(key),o=hx(crypto.drbgGenerate(d,32));crypto.drbgReseed(d,hash);' +
    'o+=hx(crypto.drbgGenerate(d,33,abc));crypto.drbgWipe(d);' +
    'return o',
  aes256Ctr: 'return hx(crypto.aes256Ctr(key,iv,hash))',
  seal: 'var s=crypto.seal(key,abc,key,abc,16);return hx(s)+hx(crypto.open(key,abc,key,s,16))',
  constantTimeEqual:
    'var w=by("0102");crypto.wipe(w);return hx(w)+crypto.constantTimeEqual(key,key)+crypto.constantTimeEqual(key,hash)',
  prepareNonce:
    'var n=crypto.prepareNonce(crypto.drbgInit(key));crypto.wipeNonce(n);' +
    'return refusal(function(){crypto.signPrepared(n,hash,key)})',
  base58check: 'var t=crypto.base58checkEncode(key);return t+hx(crypto.base58checkDecode(t))',
  bech32:
    'var t=crypto.bech32Encode("bc",by("0001021f"),true),d=crypto.bech32Decode(t);' +
    'var a=crypto.segwitEncode("bc",0,h20);' +
    'return t+d.hrp+hx(d.values)+a+hx(crypto.segwitDecode("bc",a).program)',
  bip32FromSeed: 'return crypto.bip32FromSeed(key)',
  bip32Derive: `return crypto.bip32Derive(xprv,"m/44'/0/1")`,
  bip32Neuter: 'return crypto.bip32Neuter(xprv)',
  privFromSeed: 'return hx(crypto.privFromSeed(key).key)',
  ckdPriv:
    'return hx(crypto.ckdPriv({key:key,chain:hash},1).key)+hx(crypto.ckdPriv({key:key,chain:hash},2147483648).key)',
  fingerprint: `return hx(crypto.fingerprint(pub))+crypto.parsePath("m/1'/2").join()`,
  xkey: 'return crypto.encodeXkey(crypto.decodeXkey(xprv))',
  batchSlice:
    'var j=crypto.batchStart(pub,key,7,3),o="";' +
    'function add(c){o+=c.index+hx(c.pub33)+hx(c.hash160)}' +
    'while(crypto.isBatchRunning(j))crypto.batchSlice(j,2).forEach(add);' +
    'return o',
  mnemonic: 'var m=crypto.mnemonicEncode(key,words);return m+hx(crypto.mnemonicDecode(m,words))',
  address:
    'var o=crypto.address(pub,"p2pkh","main")+crypto.address(pub,"p2wpkh","test");' +
    'return o+crypto.address(pub,"p2tr","regtest")',
  addressToScript:
    'var o=hx(crypto.addressToScript(crypto.addressOfHash(h20,"p2pkh","main"),"main"));' +
    'return o+hx(crypto.p2pkhScript(h20))+hx(crypto.witnessScript(1,key))+crypto.networkHrp("test")',
  compactSize: 'return hx(crypto.compactSize(253))+hx(crypto.littleEndian(65537,8))',
  legacySighash:
    'var s=crypto.legacySighashStart(2,1);crypto.legacySighashInput(s,outpoint,7,script);' +
    'crypto.legacySighashOutputs(s,1);crypto.legacySighashOutput(s,5,script);' +
    'return hx(crypto.legacySighashEnd(s,9))',
  segwitSighash:
    'var s=crypto.segwitSighashStart(2,9);crypto.segwitSighashInput(s,outpoint,7);' +
    'crypto.segwitSighashOutput(s,5,script);crypto.segwitSighashFinish(s);' +
    'return hx(crypto.segwitSighashDigest(s,outpoint,script,6,7))',
  base64: 'var t=crypto.base64Encode(abc);return t+hx(crypto.base64Decode(t))+hx(crypto.messageHash("abc"))',
  signMessage: 'return crypto.signMessage("abc",key)',
  verifyMessage:
    'var isOwn=crypto.verifyMessage("abc",message,crypto.address(pub,"p2wpkh","main"));' +
    'return ""+isOwn+crypto.verifyMessage("abd",message,pub)',
};

/** These take too long for every order: each comes first in an instance, and twice, and must find nothing wrong. */
const SLOW = {
  bip39Seed: 'return hx(crypto.bip39Seed(abc,key)).substr(0,16)==="cc1821339f1b15fe"?"":"bip39"',
  coreTestStep: 'for(var i=0;i<14;i++)if(!crypto.coreTestStep(i))return crypto.coreTestName(i);return ""',
  selfTestStep: 'for(var i=0;i<20;i++)if(!crypto.selfTestStep(19-i))return ""+i;return ""',
  selfTest: 'return crypto.selfTest(false)+crypto.selfTest(true)',
};
const ALL: Record<string, string> = { ...CURVE, ...REST, ...SLOW };
const CURVE_NAMES = Object.keys(CURVE);
const NAMES = [...CURVE_NAMES, ...Object.keys(REST)];

/** Text of a program that gives each case as a function of the module, in an engine of any kind. */
function program(names: string[]): string {
  const message = JSON.stringify(
    crypto.signMessage(
      'abc',
      Uint8Array.from({ length: 32 }, (_, i) => i + 1),
    ),
  );
  return (
    `${PRELUDE}var ` +
    `message=${message},cases={${names.map((name) => `${name}:function(){${ALL[name]}}`).join(',\n')}};`
  );
}

type Run = (name: string) => string;

const SOURCE = fs.readFileSync(MODULE, 'utf8');
const COMB_TABLE = fs.readFileSync(COMB);
const WORD_LIST = wordlist.map((word) => word.padEnd(8)).join('');
const SCRIPT = new vm.Script(
  `(function(exports,require,E,words){${SOURCE}\nvar ` +
    `crypto=exports;${program(Object.keys(ALL))}return function(name){return cases[name]()}})`,
);

/** A fresh instance of the module. With the table it finds a Storage such as a board's, else nothing but ES5. */
function fresh(hasTable: boolean): Run {
  const none = (): never => {
    throw new Error('no such module');
  };
  const storage = {
    read: (name: string, at: number, n: number) => (name === 'comb' ? COMB_TABLE.subarray(at, at + n) : undefined),
  };
  const engine = { toArrayBuffer: (b: Uint8Array) => new Uint8Array(b).buffer };
  return (SCRIPT.runInThisContext() as (...given: unknown[]) => Run)(
    {},
    hasTable ? (name: string) => (name === 'Storage' ? storage : none()) : none,
    hasTable ? engine : undefined,
    WORD_LIST,
  );
}

/** Orders of n cases in which each comes first once and each stands once right behind each other one (Williams). */
function orders<T>(cases: T[]): T[][] {
  const n = cases.length;
  const zigzag = Array.from({ length: n }, (_, i) => (i % 2 ? (i + 1) / 2 : (n - i / 2) % n));
  const rows = Array.from({ length: n }, (_, row) => zigzag.map((at) => cases[(at + row) % n]));
  return n % 2 ? rows.concat(rows.map((row) => row.slice().reverse())) : rows;
}

/** Results of all cases, from an instance that has computed everything once. */
function warmResults(): Map<string, string> {
  const run = fresh(true);
  for (const name of NAMES) run(name);
  return new Map(NAMES.map((name) => [name, run(name)]));
}

const RESULTS = warmResults();

function expectOrder(run: Run, order: string[], where: string): void {
  for (const name of order) expect(run(name), `${where}: ${order.join(', ')}`).to.equal(RESULTS.get(name));
}

describe('crypto: the first call, the second, and the one after another', function () {
  this.timeout(600000);

  it('has a case for every exported function', () => {
    const text = Object.values(ALL).join('\n');
    const missing = Object.entries(crypto).filter(
      ([name, f]) => typeof f === 'function' && !text.includes(`crypto.${name}(`),
    );
    expect(missing.map(([name]) => name)).to.deep.equal([]);
  });

  it('its cases give what @noble/curves and @scure give', () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
    const hash = bytes('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    const pub = secp256k1.getPublicKey(key);
    const other = bytes('0223542d61708e3fc48ba78fbe8fcc983ba94a520bc33f82b8e45e51dbc47af272');
    const signed = secp256k1.sign(hash, key);
    const child = new HDKey({ publicKey: pub, chainCode: key }).deriveChild(7).publicKey as Uint8Array;
    const known: Record<string, string> = {
      pubkeyCreate: hex(pub) + hex(secp256k1.getPublicKey(key, false)),
      pubkeyParse: `${hex(pub)}crypto-point`,
      ecdsaSignRecoverable: signed.toCompactHex() + signed.recovery,
      ecdsaVerify: 'truefalse',
      ecdsaRecover: hex(pub),
      ecdh: hex(secp256k1.getSharedSecret(key, other)),
      ecdhStep: hex(secp256k1.getSharedSecret(key, other)),
      ckdPub: hex(child),
      taprootOutputKey: hex(p2tr(pub.subarray(1)).tweakedPubkey),
      batchStep: hex(child),
      signPrepared: hex(pub),
      wipeRegisters: '',
      blindSeed: '',
    };
    for (const name of CURVE_NAMES) expect(RESULTS.get(name), name).to.equal(known[name]);
  });

  it('each function of the curve, first and twice, in a process of its own', () => {
    for (const name of CURVE_NAMES) {
      const done = spawnSync(
        process.execPath,
        [
          '-e',
          `var crypto=require(${JSON.stringify(MODULE)});${program([name])}
          console.log(cases.${name}());
          console.log(cases.${name}());`,
        ],
        { encoding: 'utf8' },
      );
      const result = RESULTS.get(name) as string;
      expect(done.stdout, name + done.stderr).to.equal(`${result}\n${result}\n`);
    }
  });

  it('each after each one in a fresh instance, itself included, with the table', () => {
    const names = process.env.CRYPTO_CASES ? NAMES : CURVE_NAMES;
    for (const first of names) for (const then of names) expectOrder(fresh(true), [first, then], 'with the table');
  });

  it('each of the curve behind one that makes no table, without the table', () => {
    for (const first of process.env.CRYPTO_CASES ? CURVE_NAMES : ['pubkeyParse', 'wipeRegisters', 'blindSeed'])
      for (const then of CURVE_NAMES) expectOrder(fresh(false), [first, then], 'without the table');
  });

  it('every function first, twice, and right behind every other one', () => {
    for (const order of orders(NAMES)) expectOrder(fresh(true), [order[0], ...order], 'with the table');
    for (const order of orders(CURVE_NAMES)) expectOrder(fresh(false), [order[0], ...order], 'without the table');
  });

  it('the self-tests and a seed first and twice', () => {
    for (const hasTable of [true, false])
      for (const name of Object.keys(SLOW)) {
        const run = fresh(hasTable);
        expect(run(name) + run(name), name).to.equal('');
      }
  });
});

describe('crypto in fresh genuine interpreters: first, twice, and behind each other one', function () {
  this.timeout(3600000);

  for (const hasTable of [true, false])
    it(hasTable ? 'with the table' : 'without the table', function () {
      if (!process.env.ESPRUINO) return this.skip(); // ESPRUINO names no interpreter
      for (const order of orders(CURVE_NAMES)) {
        const run = [order[0], ...order];
        const lines = runEspruino(
          process.env.ESPRUINO,
          `${program(CURVE_NAMES)}${JSON.stringify(run)}.forEach(function(name){print("@"+cases[name]()+"/")});`,
          { hasTable },
        );
        expect(lines, run.join(', ')).to.deep.equal(run.map((name) => `${RESULTS.get(name)}/`));
      }
    });
});
