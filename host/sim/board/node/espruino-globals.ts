// Makes the isolated context that one power-on of an image lives in, with Espruino's globals and nothing of Node.
// The globals themselves are realm.ts, which runs inside; what they do to the board is the RealmHost given here.
import * as vm from 'node:vm';
import type { BoardData } from '../../../../boards/board';
import { GLOBALS, METHODS, PINS, STATICS } from './builtins';
import { installRealm, type Realm, type RealmFacts, type RealmHost } from './realm';

/** Names that cannot be parameters, or are no plain values. */
const NO_PARAMETERS = ['arguments', 'eval', 'undefined', 'NaN', 'Infinity'];

/**
 * `Function` of an image: on Espruino what it makes sees the top of the image, and here that is inside of a function.
 * Made once for the same text, since nothing but the top is in its scope; found by the text's length, because a table
 * by the text itself would hash it at every call. Its own names are longer than those of a minified image,
 * which what it makes must see.
 */
const MAKE_FUNCTION =
  'Function=function(){' +
  'var $body=arguments[arguments.length-1],$params=[].slice.call(arguments,0,-1).join(),' +
  '$list=Function.$made[$body.length]||(Function.$made[$body.length]=[]);' +
  'for(var $index=0;$index<$list.length;$index++)' +
  'if($list[$index].body===$body&&$list[$index].params===$params)return $list[$index].fn;' +
  '$list.push({body:$body,params:$params,fn:eval("(function("+$params+"){"+$body+"\\n})")});' +
  'return $list[$index].fn};Function.$made={};';

/** What the simulated interpreter calls itself; the Linux build's answer has the build number behind it. */
export const VERSION = '2v29';

export interface Context {
  realm: Realm;
  /** Runs the text at the context's top level. */
  run(code: string, fileName: string): void;
}

/** What the context of this board holds. */
export function factsOf(board: BoardData): RealmFacts {
  const isLinux = board.flash.fileName !== undefined;
  const pins = PINS.slice(0, isLinux ? 33 : 40);
  const serials = isLinux ? ['Serial1', 'Serial2', 'Serial3', 'Serial4'] : ['Serial1', 'Serial2', 'Serial3'];
  const missing = isLinux ? ['ESP32'] : ['Serial4', 'USB'];
  const { address, pageBytes, pageCount } = board.flash;
  return {
    globals: [...GLOBALS.filter((name) => !missing.includes(name)), ...pins],
    pins,
    statics: STATICS,
    methods: METHODS,
    serials,
    flash: address === undefined ? undefined : { address, pageBytes, lenBytes: pageBytes * pageCount },
    hasFiles: isLinux,
    version: VERSION,
    env: {
      VERSION,
      BOARD: board.espruinoBoard,
      FLASH: isLinux ? 262144 : 0,
      STORAGE: board.storage.pageBytes * board.storage.pageCount,
    },
  };
}

/** Makes the context of one power-on. */
export function createContext(board: BoardData, host: RealmHost): Context {
  // A global object without a prototype of Node's: `this.constructor` inside leads nowhere but inside.
  const context = vm.createContext(Object.create(null) as vm.Context, { name: board.name });
  const install = vm.runInContext(`(${installRealm.toString()})`, context, {
    filename: 'espruino',
  }) as typeof installRealm;
  const facts = factsOf(board);
  const realm = install(host, JSON.stringify(facts));
  // The image runs as the body of a function that has the globals as parameters: V8 asks Node for every name at the top
  // of a context, a hundred times slower than a variable. Positions in stack traces stay those of the image.
  const names = facts.globals
    .filter((name) => !NO_PARAMETERS.includes(name))
    .filter((name) => vm.runInContext(`typeof ${name}`, context) !== 'undefined');
  const head = `(function(${names.join(',')}){${MAKE_FUNCTION}`;
  return {
    realm,
    run: (code, fileName) =>
      void vm.runInContext(`${head}${code}\n}).call(this,${names.join(',')})`, context, {
        filename: fileName,
        columnOffset: -head.length,
      }),
  };
}
