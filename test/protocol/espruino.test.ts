/**
 * The protocol in the genuine Espruino interpreter: the same vectors, the same link, and what they take of its
 * variables.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect } from 'chai';
import { cborEncode, CborValue } from '../../protocol/cbor';
import { ColdChannels, identities, VChannels } from '../../tools/bench/wire/channel-ends';
import { seeded } from '../../tools/bench/wire/line';
import { anyValue } from '../../tools/bench/wire/values';
import { bundled, NATIVE_CRYPTO, runInInterpreter } from './support/interpreter';
import { produceV02 } from '../wire/v02/produce';
import { protocolCrypto } from '../../host/kit/protocol-crypto';

const VECTORS = path.resolve(__dirname, '../../../test/vectors/cbor');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const rows = (name: string): any[] => JSON.parse(fs.readFileSync(path.join(VECTORS, name), 'utf8')).rows;
const HELPERS = `
function unhex(t){var o=new Uint8Array(t.length/2),i;for(i=0;i<o.length;i++)o[i]=parseInt(t.substr(2*i,2),16);return o}
function hex(b){var t="",i;for(i=0;i<b.length;i++)t+=(b[i]<16?"0":"")+b[i].toString(16);return t}
function tryDecode(t){var v;try{v=cborDecode(unhex(t))}catch(e){return e.code+"@"+e.offset}return hex(cborEncode(v))}
`;

/** A message of about 512 octets that `make` grows with its argument. */
function filled(make: (n: number) => CborValue): Uint8Array {
  let n = 1;
  while (cborEncode(make(n + 1)).length <= 512) n++;
  return cborEncode(make(n));
}

describe('protocol in the genuine interpreter (ESPRUINO)', function () {
  this.timeout(180_000);
  before(function () {
    if (!process.env.ESPRUINO) {
      console.log('      ESPRUINO names no interpreter: these tests need one');
      this.skip();
    }
  });

  it('CBOR: appendix A and every invalid form come out as in Node', async () => {
    const code = (await bundled({ 'protocol/cbor/index': ['cborEncode', 'cborDecode'] })) + HELPERS;
    const good = rows('appendix-a.json')
      .filter((row) => !row.refused && !row.decode_only)
      .map((row) => row.hex);
    const bad = [
      ...rows('invalid.json'),
      ...rows('appendix-a.json')
        .filter((row) => row.refused)
        .map((row) => ({ hex: row.hex, code: row.refused })),
    ];
    const results = runInInterpreter(
      `${code}\nvar given=${JSON.stringify([...good, ...bad.map((row) => row.hex)])};for(var ` +
        'index=0;index<given.length;index++)out(tryDecode(given[index]));',
    );
    good.forEach((text, i) => text === 'f98000' || expect(results[i]).to.equal(text));
    bad.forEach((row, i) => {
      const result = results[good.length + i];
      if (row.offset === undefined) expect(result.split('@')[0], row.hex).to.equal(row.code);
      else expect(result, row.name).to.equal(`${row.code}@${row.offset}`);
    });
  });

  it('CBOR: 200 generated values go through and back unchanged, octet for octet', async () => {
    const next = seeded(31);
    const values = Array.from({ length: 200 }, () => hex(cborEncode(anyValue(next, 2, 'mixed'))));
    const code = (await bundled({ 'protocol/cbor/index': ['cborEncode', 'cborDecode'] })) + HELPERS;
    expect(
      runInInterpreter(
        `${code}\nvar given=${JSON.stringify(values)};for(var ` +
          'index=0;index<given.length;index++)out(tryDecode(given[index]));',
      ),
    ).to.deep.equal(values);
  });

  it('CBOR: a message of 512 octets decodes in fewer than 250 variables at the peak', async () => {
    const code = await bundled({ 'protocol/cbor/index': ['cborEncode', 'cborDecode'] });
    const probed = code
      .replace(/(function [\w$]*\([^)]*\)\{)/g, '$1probe();')
      .replace(/for\(;;\)\{/g, 'for(;;){probe();');
    const messages: { [name: string]: Uint8Array } = {
      'sign-begin': filled((n) => [
        6,
        3,
        1,
        2,
        77,
        '8c3f2d1e-0000-4000-8000-123456789abc',
        'a'.repeat(n),
        1,
        new Uint8Array(32),
        2,
        0,
        2,
        1500,
        12,
      ]),
      'prev-tx': filled((n) => [8, 3, 0, 400, new Uint8Array(n)]),
      'sign-result': filled((n) => [
        0,
        3,
        [new Uint8Array(64), new Uint8Array(64), new Uint8Array(64), new Uint8Array(64)],
        new Uint8Array(n),
      ]),
      status: filled((n) => [0, 3, ...Array.from({ length: 12 }, (_, i) => [i, 1, 1, 2, 3, 4]), new Uint8Array(n)]),
    };
    const script = Object.entries(messages).map(
      ([name, bytes]) =>
        `bytes=unhex("${hex(bytes)}");value=0;peak=0;base=process.memory().usage;
value=cborDecode(bytes);
out(["${name}",bytes.length,peak-base]);bytes=0;base=0;`,
    );
    const head = 'var peak=0,bytes,value,base;function probe(){var u=process.memory().usage;if(u>peak)peak=u}\n';
    const results = runInInterpreter(`${head}${probed}${HELPERS}\n${script.join('\n')}`);
    expect(results).to.have.length(4);
    for (const [name, octets, peak] of results) {
      expect(octets).to.be.within(500, 512);
      expect(peak, name).to.be.within(1, 249);
    }
  });

  for (const isSecure of [false, true]) {
    it(`${isSecure ? 'authenticated' : 'plain'} link: carries requests both ways, also in several frames`, async () => {
      const code = await bundled({ 'protocol/link/peer': ['createPeer'] });
      const script = `
var clock={
  uptimeMs:function(){return getTime()*1000},
  after:function(ms,f){return setTimeout(f,ms)},
  cancel:function(id){clearTimeout(id)}
};
var taker=[0,0];
function passOn(n,piece){setTimeout(function(){taker[n](piece)},1)}
function end(n){
  return {
    write:function(b){
      var c=new Uint8Array(b.length),at;
      c.set(b,0);
      for(at=0;at<c.length;at+=64)passOn(1-n,c.subarray(at,at+64<c.length?at+64:c.length));
    },
    onData:function(f){taker[n]=f}
  };
}
var keys=${isSecure ? '{linkKey32:new Uint8Array(32).fill(7),crypto:nativeCrypto}' : 'undefined'};
var hot=createPeer({uart:end(0),clock:clock,role:"initiator",bootId:1,secure:keys});
var cold=createPeer({uart:end(1),clock:clock,role:"responder",bootId:2,secure:keys});
cold.onRequest(function(t,f,reply,refuse){if(t==3)refuse(6,"locked");else reply([f[0].length,f[0][f[0].length-1]])});
hot.onRequest(function(t,f,reply){reply(["from hot"])});
hot.onUp(function(){
  hot.request(2,[new Uint8Array(1500).fill(42)],function(e,f){out(["long",e?e.code:0,f])});
  hot.request(2,["abc"],function(e,f){out(["short",e?e.code:0,f])});
  hot.request(3,[],function(e,f){out(["refused",e.code,e.refusal,e.tag])});
  setTimeout(askBack,600);
});
function askBack(){
  cold.request(2,[],function(e,f){
    out(["back",e?e.code:0,f]);
    out(["stats",hot.stats.badFrames,hot.stats.badMessages,hot.stats.retransmits]);
    hot.close();
    cold.close();
    setTimeout(function(){out("end");quit&&quit()},50);
  });
}`;
      const results = runInInterpreter(`${code}\n${isSecure ? NATIVE_CRYPTO : ''}\n${script}`, 15_000);
      expect(results.slice(0, 5)).to.deep.equal([
        ['long', 0, [1500, 42]],
        ['short', 0, [3, 'c']],
        ['refused', 'refused', 6, 'locked'],
        ['back', 0, ['from hot']],
        ['stats', 0, 0, 0],
      ]);
    });
  }

  it('SMS, authority, messages, outs and v1 texts: opens and seals the octets that Node seals', async () => {
    const frozen = produceV02();
    const crypto = protocolCrypto((n) => new Uint8Array(n));
    const [vPub, coldPub] = [0x11, 0x22].map((octet) => hex(crypto.pubkeyCreate(new Uint8Array(32).fill(octet))));
    const key = hex(frozen['channel key and what comes of it'].subarray(0, 32));
    const code = await bundled({
      'protocol/sms/v2': ['openSms', 'sealSms'],
      'protocol/channel/channel': ['channelKey', 'pairChannel'],
      'protocol/request/authority': ['sendAuthority', 'sendContent', 'pairingCode'],
      'protocol/cbor/index': ['cborDecode'],
      'protocol/link/messages': ['aSignBegin', 'aSignInput'],
      'protocol/request/outs': ['parseOuts'],
      'protocol/sms/v1': ['v1ParseToCold', 'v1ParseToV'],
    });
    const script = `
function unhex(t){var o=new Uint8Array(t.length/2),i;for(i=0;i<o.length;i++)o[i]=parseInt(t.substr(2*i,2),16);return o}
function hex(b){var t="",i;for(i=0;i<b.length;i++)t+=(b[i]<16?"0":"")+b[i].toString(16);return t}
function code(f){try{f()}catch(e){return e.code}return "accepted"}
function channel(){
  var k=unhex("${key}");
  return {id:66051,made:0,key32:k,own32:k,other32:k,sendSeq:0,recvSeq:0,recvSeen:0};
}
var cold=channel(),verify=unhex("${hex(frozen['sms batch-verify'])}");
out(hex(sealSms(nativeCrypto,channel(),"to-cold",51,[1,0])));
out(openSms(nativeCrypto,cold,"to-cold",verify));
out(code(function(){openSms(nativeCrypto,cold,"to-cold",verify)}));
verify[6]^=1;out(code(function(){openSms(nativeCrypto,cold,"to-cold",verify)}));
var pairingKey=unhex("${hex(frozen['pairing key'])}"),smsOpen=unhex("${hex(frozen['sms open'])}");
var opened=openSms(nativeCrypto,pairChannel(3,pairingKey),"to-cold",smsOpen);
out([opened.op,opened.fields[0],opened.fields[1].length]);
out(code(function(){openSms(nativeCrypto,pairChannel(4,pairingKey),"to-cold",smsOpen)}));
var fields=cborDecode(unhex("${hex(frozen['message sign-begin'])}")).slice(2),begin=aSignBegin(fields);
out([begin.userTxNo,begin.outs,begin.authority.length,begin.changeIndex]);
var requestKey=channelKey(nativeCrypto,cold,"request",32);
out(hex(sendAuthority(nativeCrypto,requestKey,
  {network:"regtest",account:3,channelId:66051,userTxNo:"8001",maxFeeSats:begin.maxFeeSats},
  sendContent(nativeCrypto,begin.outs,1)))==hex(begin.authority));
fields[11]=-1;out(code(function(){aSignBegin(fields)}));
out(aSignInput(cborDecode(unhex("${hex(frozen['message sign-input'])}")).slice(2)).index);
out(parseOuts(begin.outs+";"+begin.outs,"regtest",function(){return true}));
out(code(function(){parseOuts(begin.outs+";","regtest",function(){return true})}));
out(pairingCode(nativeCrypto,unhex("${coldPub}"),unhex("${vPub}")));
out(v1ParseToCold("CC:VERIFY_COLD_ADDRESSES:12:BTC:"));
out(v1ParseToV("CC:HOT_ADDRESSES:0:H${'A'.repeat(86)}=:2:")?1:0);
out(v1ParseToCold("CC:CHANNEL_OK:01:")?1:0);
`;
    const outs = { address: 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080', sats: 10000 };
    expect(runInInterpreter(`${code}\n${NATIVE_CRYPTO}\n${script}`)).to.deep.equal([
      hex(frozen['sms batch-verify']),
      { op: 51, seq: 1, fields: [1, 0] },
      'sms-replayed',
      'sms-forged',
      [49, 7, 32],
      'sms-forged',
      ['8001', `${outs.address},10000`, 32, null],
      true,
      'bad-request',
      1000,
      [outs, outs],
      'bad-outs',
      Buffer.from(frozen['pairing code']).toString(),
      { verify: { side: 2, batchNo: 12, coin: 'BTC' } },
      1,
      0,
    ]);
  });

  it('channel: OPEN and RENEW of each turn get Node’s octets in reply, from the firmware’s own crypto', async () => {
    const counting = (first: number) => {
      let next = first;
      return (lenBytes: number): Uint8Array => Uint8Array.from({ length: lenBytes }, () => next++ & 255);
    };
    const ids = identities(protocolCrypto(counting(1)));
    const cold = new ColdChannels(protocolCrypto(counting(9)), ids.peers, ids.coldPriv);
    const v = new VChannels(protocolCrypto(counting(77)), ids.peers, ids.vPriv);
    const asks: Uint8Array[] = [];
    const accepts: Uint8Array[] = [];
    for (let i = 0; i < 3; i++) {
      asks.push(v.ask());
      accepts.push(cold.take(asks[i]).accept!);
      v.take(accepts[i]);
    }
    const code = await bundled({
      'protocol/channel/channel': ['acceptBegin', 'acceptStep', 'acceptVerdict', 'pairChannel', 'pairKey'],
      'protocol/sms/v2': ['openSms', 'sealAccept'],
      'firmware/crypto/index': ['sha256', 'hmacSha256', 'hkdfSha256', 'aes256Ctr', 'pubkeyCreate', 'ecdh'],
    });
    const script = `
function unhex(t){var o=new Uint8Array(t.length/2),i;for(i=0;i<o.length;i++)o[i]=parseInt(t.substr(2*i,2),16);return o}
function hex(b){var t="",i;for(i=0;i<b.length;i++)t+=(b[i]<16?"0":"")+b[i].toString(16);return t}
var upTo=9;
function counted(n){var o=new Uint8Array(n),i;for(i=0;i<n;i++)o[i]=upTo++;return o}
var kit={
  sha256:sha256,hmacSha256:hmacSha256,hkdfSha256:hkdfSha256,aes256Ctr:aes256Ctr,
  pubkeyCreate:pubkeyCreate,ecdh:ecdh,random:counted
};
var peers={
  network:"regtest",
  account:7,
  coldIdentity33:unhex("${hex(ids.peers.coldIdentity33)}"),
  vIdentity33:unhex("${hex(ids.peers.vIdentity33)}")
};
var priv=unhex("${hex(ids.coldPriv)}"),none=new Uint8Array(0);
var current=pairChannel(7,pairKey(kit,peers,priv,peers.vIdentity33));
var asks=${JSON.stringify(asks.map(hex))},index;
for(index=0;index<3;index++){
  var began=getTime(),opened=openSms(kit,current,"to-cold",unhex(asks[index]));
  out(acceptVerdict(opened.op,opened.fields,current,undefined,0));
  var fresh=opened.fields.length?opened.fields[opened.fields.length-1]:none;
  var work=acceptBegin(current,index+1,fresh,index?undefined:{priv32:priv,v33:peers.vIdentity33});
  while(!acceptStep(kit,work));
  current=work.channel;
  out(hex(sealAccept(kit,current)));
  out(Math.round(1000*(getTime()-began)));
}`;
    const results = runInInterpreter(`${code}\n${script}`, 120_000);
    expect([0, 3, 6].map((i) => results[i])).to.deep.equal([2, 2, 2]);
    expect([1, 4, 7].map((i) => results[i])).to.deep.equal(accepts.map(hex));
    console.log(`      OPEN ${results[2]} ms, RENEW with V’s key ${results[5]} ms, with HSM-Cold’s ${results[8]} ms`);
  });
});
