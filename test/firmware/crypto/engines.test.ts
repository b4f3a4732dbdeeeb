// The emitted module in the genuine interpreter (ESPRUINO) and in Duktape: the same answers as in Node, on the same
// random and edge input. CRYPTO_ENGINE_CASES=300 runs the full count (a quarter of an hour); the default is a sample.
import { expect } from 'chai';
import { be32, bytes, crypto, hex, runDuktape, runEspruino, seeded, someNumber, someScalar } from './support';

const COUNT = Number(process.env.CRYPTO_ENGINE_CASES || 12);
const HELPERS = `
function hx(b){var s="";for(var i=0;i<b.length;i++)s+=(b[i]+256).toString(16).substr(-2);return s}
function by(t){var b=new Uint8Array(t.length/2);for(var i=0;i<b.length;i++)b[i]=parseInt(t.substr(2*i,2),16);return b}
`;

/** Rows of [key, hash, other key], and the line that each must print. */
function rowsAndAnswers(count: number, name: string): { rows: string[][]; answers: string[] } {
  const random = seeded(name);
  const rows: string[][] = [];
  const answers: string[] = [];
  for (let i = 0; i < count; i++) {
    const [d, z, e] = [be32(someScalar(random)), be32(someNumber(random)), be32(someScalar(random))];
    rows.push([hex(d), hex(z), hex(e)]);
    const signed = crypto.ecdsaSignRecoverable(z, d);
    answers.push(
      `${hex(crypto.pubkeyCreate(d))} ${hex(signed.sig)}${signed.recid} true false ` +
        `${hex(crypto.ecdh(crypto.pubkeyCreate(e), d))}`,
    );
  }
  return { rows, answers };
}

const CURVE = `
rows.forEach(function(r){
  var d=by(r[0]),z=by(r[1]),p=crypto.pubkeyCreate(d),s=crypto.ecdsaSignRecoverable(z,d),y=new Uint8Array(32);
  y.set(z);
  y[9]^=4;
  var verified=crypto.ecdsaVerify(s.sig,z,p)+" "+crypto.ecdsaVerify(s.sig,y,p);
  var point=crypto.ecdh(crypto.pubkeyCreate(by(r[2])),d);
  print("@"+hx(p)+" "+hx(s.sig)+s.recid+" "+verified+" "+hx(point));
});`;

const HASHES = `
rows.forEach(function(t){
  var b=by(t),k=crypto.sha256(b),s=crypto.sha256Init(),i,said;
  for(i=0;i<b.length;i+=37)crypto.sha256Update(s,b.subarray(i,Math.min(i+37,b.length)));
  said=hx(k)+hx(crypto.sha256Final(s))+hx(crypto.sha512(b))+hx(crypto.ripemd160(b));
  said+=hx(crypto.hmacSha256(b,k))+hx(crypto.hmacSha512(k,b))+hx(crypto.aes256Ctr(k,k.subarray(3,19),b));
  print("@"+said+crypto.base58checkEncode(k)+crypto.base64Encode(b));
});`;

function hashAnswer(text: string): string {
  const data = bytes(text);
  const k = crypto.sha256(data);
  return (
    [
      k,
      k,
      crypto.sha512(data),
      crypto.ripemd160(data),
      crypto.hmacSha256(data, k),
      crypto.hmacSha512(k, data),
      crypto.aes256Ctr(k, k.subarray(3, 19), data),
    ]
      .map(hex)
      .join('') +
    crypto.base58checkEncode(k) +
    crypto.base64Encode(data)
  );
}

// JSON of the rows is a literal that both engines read.
function program(rows: unknown, body: string): string {
  return `${HELPERS}var rows=${JSON.stringify(rows)};${body}`;
}

const WALLET = `
var x=crypto.bip32FromSeed(by("000102030405060708090a0b0c0d0e0f"));
print("@"+x);print("@"+crypto.bip32Derive(x,"m/0'/1/2'/2/1000000000"));
var n=crypto.privFromSeed(by("000102030405060708090a0b0c0d0e0f")),p=crypto.pubkeyCreate(n.key);
["main","test","regtest"].forEach(function(w){
  print("@"+crypto.address(p,"p2pkh",w)+crypto.address(p,"p2wpkh",w)+crypto.address(p,"p2tr",w));
});
var j=crypto.batchStart(p,n.chain,5,7);
function shown(c){print("@"+c.index+hx(c.pub33)+hx(c.hash160))}
while(crypto.isBatchRunning(j))crypto.batchStep(j,3).forEach(shown);
print("@"+crypto.signMessage("Trust no one",n.key));
print("@"+crypto.selfTest(true)+"/");
var g=crypto.drbgInit(n.key),u=crypto.prepareNonce(g),s=crypto.signPrepared(u,n.chain,n.key),t=0;
print("@"+crypto.ecdsaVerify(s.sig,n.chain,p));
try{crypto.signPrepared(u,n.chain,n.key)}catch(e){print("@"+e.code)}
["crypto-scalar","crypto-point","crypto-length","crypto-checksum"].forEach(function(c,i){
  try{
    if(i===0)crypto.pubkeyCreate(new Uint8Array(32));
    if(i===1)crypto.pubkeyParse(new Uint8Array(33));
    if(i===2)crypto.ecdsaSign(n.key,p);
    if(i===3)crypto.addressToScript("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5","main");
    print("@none");
  }catch(e){print("@"+(e.code===c))}
});`;

function walletAnswers(): string[] {
  const lines: string[] = [];
  const run = new Function('crypto', 'print', program([], WALLET));
  run(crypto, (line: string) => lines.push(line.slice(1)));
  return lines;
}

function hashRows(): string[] {
  const random = seeded('engine hashes');
  // all lengths around the blocks' ends first
  const lengths = [0, 1, 55, 56, 63, 64, 65, 111, 112, 119, 120, 127, 128, 129, 239, 240, 256, 257];
  return Array.from({ length: COUNT < lengths.length ? lengths.length : COUNT }, (_, i) =>
    hex(random(i < lengths.length ? lengths[i] : i)),
  );
}

describe('crypto in the genuine interpreter', function () {
  this.timeout(3600000);
  const espruino = process.env.ESPRUINO as string;
  beforeEach(function () {
    if (!process.env.ESPRUINO) this.skip(); // ESPRUINO names no interpreter
  });

  it('keys, signatures, verification and ECDH', () => {
    const { rows, answers } = rowsAndAnswers(COUNT, 'espruino');
    for (let at = 0; at < COUNT; at += 50)
      expect(runEspruino(espruino, program(rows.slice(at, at + 50), CURVE))).to.deep.equal(answers.slice(at, at + 50));
  });

  it('hashes, MACs, AES and texts of every length', () => {
    const rows = hashRows();
    for (let at = 0; at < rows.length; at += 50)
      expect(runEspruino(espruino, program(rows.slice(at, at + 50), HASHES))).to.deep.equal(
        rows.slice(at, at + 50).map(hashAnswer),
      );
  });

  it('wallet functions, batches, prepared nonces, refusals and the long self-test', () => {
    expect(runEspruino(espruino, program([], WALLET))).to.deep.equal(walletAnswers());
  });

  it('the quick self-test takes less than 2 s of an idle machine (bound here: 3 s of processor time)', () => {
    const [failed, seconds] = runEspruino(
      espruino,
      `function now(){var t=require("fs").readFileSync("/proc/self/schedstat");return t?parseInt(t)/1e9:getTime()}
      var t=now(),f=crypto.selfTest();print("@"+f+"-");print("@"+(now()-t));`,
    );
    expect(failed).to.equal('-');
    expect(Number(seconds)).to.be.lessThan(3);
  });
});

describe('crypto in Duktape', function () {
  this.timeout(3600000);

  it('keys, signatures, verification, ECDH', function () {
    const count = Math.min(COUNT, 60);
    const { rows, answers } = rowsAndAnswers(count, 'duktape');
    const lines = runDuktape(program(rows, CURVE));
    if (!lines) return this.skip(); // Duktape's duk is not installed
    expect(lines).to.deep.equal(answers);
  });

  it('hashes, texts and wallet functions', function () {
    const rows = hashRows();
    const lines = runDuktape(program(rows, HASHES));
    if (!lines) return this.skip(); // Duktape's duk is not installed
    expect(lines).to.deep.equal(rows.map(hashAnswer));
    expect(runDuktape(program([], WALLET))).to.deep.equal(walletAnswers());
  });
});
