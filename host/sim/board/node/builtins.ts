// The names that stock Espruino has, as the genuine interpreter answered when asked for each (Linux build, 2v29); those
// that the ESP32 build lacks are left out, except where the Linux board's HAL needs them. The dialect check refuses
// code that uses any other, and the Node engine takes every other out of an image's context. Data only.

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Names at the top. */
export const GLOBALS = words(`
  Array ArrayBuffer ArrayBufferView Boolean DataView Date E ESP32 Error Float32Array Float64Array Function I2C1 I2C2
  Infinity Int16Array Int32Array Int8Array InternalError JSON LoopbackA LoopbackB Math Modules NaN Number Object Pin
  Promise ReferenceError RegExp SPI1 SPI2 Serial Serial1 Serial2 Serial3 Serial4 String SyntaxError Telnet TypeError
  USB Uint16Array Uint24Array Uint32Array Uint8Array Uint8ClampedArray HIGH LOW analogRead analogWrite arguments atob
  btoa changeInterval clearInterval clearTimeout clearWatch console decodeURIComponent digitalPulse digitalRead
  digitalWrite dump echo edit encodeURIComponent eval getPinMode getSerial getTime global globalThis isFinite isNaN
  load parseFloat parseInt peek16 peek32 peek8 pinMode poke16 poke32 poke8 print process require reset save
  setBusyIndicator setInterval setSleepIndicator setTime setTimeout setWatch shiftOut trace undefined
`);

/** The GPIO names, D0 to D39. */
export const PINS: readonly string[] = Array.from({ length: 40 }, (_, i) => `D${i}`);

/** What the namespaces and constructors carry. */
export const STATICS: { readonly [object: string]: readonly string[] } = {
  Math: words(
    'abs acos asin atan atan2 ceil clip cos exp floor log max min pow random round sin sqrt tan wrap ' +
      'sign E PI LN2 LN10 LOG2E LOG10E SQRT2 SQRT1_2 randInt',
  ),
  Object: words(
    'create defineProperty defineProperties entries fromEntries getOwnPropertyDescriptor ' +
      'getOwnPropertyNames getPrototypeOf keys setPrototypeOf assign values getOwnPropertyDescriptors ' +
      'length name prototype',
  ),
  Array: words('isArray length name prototype'),
  String: words('fromCharCode length name prototype'),
  Number: words('MAX_VALUE MIN_VALUE NaN POSITIVE_INFINITY NEGATIVE_INFINITY length name prototype'),
  Date: words('now parse length name prototype'),
  JSON: words('parse stringify'),
};

/** What values of each kind inherit; `constructor` and the like included. */
export const METHODS: { readonly [constructor: string]: readonly string[] } = {
  Object: words('constructor hasOwnProperty toString valueOf __proto__'),
  Array: words(
    'constructor concat every fill filter find findIndex forEach includes indexOf join length map pop ' +
      'push reduce reverse shift slice some sort splice toString unshift',
  ),
  String: words(
    'constructor charAt charCodeAt concat endsWith includes indexOf lastIndexOf length match padEnd ' +
      'padStart repeat replace replaceAll slice split startsWith substr substring toLowerCase toString ' +
      'toUpperCase trim valueOf',
  ),
  Function: words('constructor apply bind call length prototype toString'),
  Number: words('constructor toFixed toString valueOf'),
  TypedArray: words(
    'constructor BYTES_PER_ELEMENT buffer byteLength byteOffset every fill filter find findIndex ' +
      'forEach includes indexOf join length map reduce reverse set slice some sort subarray toString',
  ),
  ArrayBuffer: words('constructor byteLength'),
  RegExp: words('constructor exec lastIndex source test toString'),
  Date: words(
    'constructor getTime getDate getDay getFullYear getHours getMilliseconds getMinutes getMonth ' +
      'getSeconds getTimezoneOffset getUTCDate getUTCDay getUTCFullYear getUTCHours getUTCMilliseconds ' +
      'getUTCMinutes getUTCMonth getUTCSeconds setDate setFullYear setHours setMilliseconds setMinutes ' +
      'setMonth setSeconds setTime toISOString toJSON toString toUTCString valueOf',
  ),
  Error: words('constructor message stack toString'),
};

/** Methods of JavaScript that no kind of value has on Espruino: using one is a mistake whatever it is used on. */
export const MISSING_METHODS = words(`
  reduceRight flat flatMap findLast findLastIndex copyWithin at codePointAt localeCompare normalize search trimStart
  trimEnd toLocaleString toPrecision toExponential matchAll toReversed toSorted toSpliced
`);
