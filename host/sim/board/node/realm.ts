// The inside of an image's context: Espruino's environment, written against a few host calls. `installRealm` is handed
// to the new context as text and runs there, so every function and object that an image can reach belongs to that
// context and none leads to Node. Only primitives and the context's own objects cross; a host error is made anew
// inside. Facts of the interpreter follow its sources (2v29): jswrap_espruino.c, jswrap_serial.c, jswrap_storage.c,
// jswrap_crypto.c. Longer than most files because a function that travels as text cannot import its parts.

/** What the context may ask of the board. Bytes go in as the context's own typed arrays, come out as byte strings. */
export interface RealmHost {
  nowS(): number;
  random31(): number;
  seedRandom(seed: number): void;
  log(text: string): void;
  timerSet(id: number, delayMs: number): void;
  timerClear(id: number): void;
  serialSetup(serial: string, baud: number, path: string): void;
  serialWrite(serial: string, bytes: Uint8Array): void;
  pin(name: string, level: number): void;
  peek32(address: number): number;
  /** The radios that are on: `wifi`, `ble`. */
  radios(): string;
  /** Variables in all, and those that radios have leaked. */
  variables(): number;
  leaked(): number;
  watchdog(timeoutMs: number): void;
  kick(): void;
  reboot(): void;
  hash(name: string, bytes: Uint8Array): string;
  aes(mode: string, isEncrypt: boolean, key: Uint8Array, iv: Uint8Array, bytes: Uint8Array): string;
  storageRead(name: string): string | undefined;
  storageWrite(name: string, bytes: Uint8Array, offset: number, sizeBytes: number): void;
  storageErase(name: string): void;
  storageList(): string;
  storageFree(): number;
  storageCompact(isAll: boolean): void;
  flashRead(address: number, lenBytes: number): string;
  flashWrite(address: number, bytes: Uint8Array): void;
  flashErase(address: number): void;
  fileSize(path: string): number;
  fileRead(path: string, offset: number, lenBytes: number): string;
  fileWrite(path: string, offset: number, bytes: Uint8Array): void;
}

/** The ways back in: the board calls these when a timer is due, bytes came, or an error went uncaught. */
export interface Realm {
  timer(id: number): void;
  data(serial: string, text: string): void;
  /** Tells the image's own uncaughtException listeners; false when there are none. */
  uncaught(error: unknown): boolean;
  describe(error: unknown): string;
  /** What the prompt says to a line that comes by radio; undefined where the console is forced to something else. */
  radioLine(line: string): string | undefined;
}

/** Facts of one board as JSON: names to keep, serial ports, pins, what process says. */
export interface RealmFacts {
  globals: readonly string[];
  pins: readonly string[];
  statics: { [name: string]: readonly string[] };
  methods: { [name: string]: readonly string[] };
  serials: string[];
  flash?: { address: number; pageBytes: number; lenBytes: number };
  hasFiles: boolean;
  version: string;
  env: { [name: string]: unknown };
}

/** Builds the environment inside the context it runs in. factsText: RealmFacts as JSON. */
export function installRealm(host: RealmHost, factsText: string): Realm {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- another context's objects, in Espruino's shapes
  type Any = any;
  const facts = JSON.parse(factsText) as RealmFacts;
  const G = globalThis as Any;
  const { Object: O, Array: A, Uint8Array: U8, String: S, Error: Err, JSON: J, Math: M, ArrayBuffer: AB } = G;
  const fromCharCode = S.fromCharCode;
  const MIN_DELAY_MS = 0.1;

  /** Makes a host call safe to hand out: what it throws is told again by an error of this context. */
  const guard =
    (fn: Any): Any =>
    (...args: Any[]): Any => {
      let text: string;
      try {
        return fn(...args);
      } catch (error) {
        text = '' + (error as Any).message;
      }
      throw new Err(text);
    };
  const h: Any = {};
  for (const name of O.keys(host)) h[name] = guard((host as Any)[name]);

  const text = (bytes: Any): string => {
    let out = '';
    for (let i = 0; i < bytes.length; i++) out += fromCharCode(bytes[i] & 255);
    return out;
  };
  const bytesOf = (string: string): Any => {
    const out = new U8(string.length);
    for (let i = 0; i < string.length; i++) out[i] = string.charCodeAt(i);
    return out;
  };
  /** Flattens as E.toUint8Array does: strings, arrays, buffers, {data, count}, numbers. */
  const flatten = (value: Any, out: number[]): void => {
    if (value === undefined || value === null) return;
    if (typeof value === 'string') for (let i = 0; i < value.length; i++) out.push(value.charCodeAt(i) & 255);
    else if (typeof value !== 'object') out.push(value & 255);
    else if (value instanceof AB) flatten(new U8(value), out);
    else if (value.data !== undefined && !A.isArray(value))
      for (let n = 0; n < (value.count === undefined ? 1 : value.count); n++) flatten(value.data, out);
    else if (typeof value.length === 'number') for (let i = 0; i < value.length; i++) flatten(value[i], out);
    else out.push(value & 255);
  };
  const toBytes = (...values: Any[]): Any => {
    if (values.length === 1 && values[0] instanceof U8) return new U8(values[0]);
    const out: number[] = [];
    for (const value of values) flatten(value, out);
    return new U8(out);
  };

  /** on, emit and the rest, as every object of Espruino has them; here for those that need them. */
  const emitter = (target: Any): Any => {
    const lists: { [event: string]: Any[] } = {};
    target.on = (event: string, fn: Any) => void (lists[event] = lists[event] || []).push(fn);
    target.removeListener = (event: string, fn: Any) =>
      void (lists[event] = (lists[event] || []).filter((one) => one !== fn));
    target.removeAllListeners = (event?: string) => {
      if (event === undefined) for (const name of O.keys(lists)) delete lists[name];
      else delete lists[event];
    };
    target.emit = (event: string, ...args: Any[]) => {
      for (const fn of (lists[event] || []).slice()) fn.apply(target, args);
    };
    return lists;
  };

  // Timers. Ids count from 1; a delay below 0.1 ms is 0.1 ms.
  const timers: { [id: number]: { fn: Any; args: Any[]; everyMs: number } } = {};
  let lastTimer = 0;
  const addTimer = (fn: Any, ms: Any, args: Any[], isRepeating: boolean): number => {
    if (typeof fn !== 'function' && typeof fn !== 'string') throw new Err('Function not supplied!');
    const delayMs = M.max(MIN_DELAY_MS, +ms || 0);
    timers[++lastTimer] = { fn, args, everyMs: isRepeating ? delayMs : 0 };
    h.timerSet(lastTimer, delayMs);
    return lastTimer;
  };
  const clear =
    (what: string) =>
    (...ids: Any[]): void => {
      if (ids.length && ids[0] === undefined)
        throw new Err('clear' + what + '(undefined) not allowed. Use clear' + what + '() instead');
      for (const id of ids.length ? [ids[0]] : O.keys(timers)) {
        delete timers[id];
        h.timerClear(+id);
      }
    };

  // Serial ports.
  const serials: { [name: string]: { object: Any; lists: Any; waiting: string } } = {};
  const serialPrototype = O.create(O.prototype);
  const addSerial = (name: string): void => {
    const object: Any = O.create(serialPrototype);
    const port = { object, lists: emitter(object), waiting: '' };
    serials[name] = port;
    object.setup = (baud: number, options?: Any) =>
      h.serialSetup(name, baud === undefined ? 9600 : baud, (options && options.path) || '');
    object.unsetup = () => h.serialSetup(name, 0, '');
    object.write = (...data: Any[]) => h.serialWrite(name, toBytes(...data));
    object.print = (data: Any) => h.serialWrite(name, bytesOf(('' + data).replace(/\n/g, '\r\n')));
    object.println = (data: Any) => object.print(data + '\n');
    object.available = () => port.waiting.length;
    object.read = (chars?: number) => {
      const out = port.waiting.slice(0, chars === undefined ? port.waiting.length : chars);
      port.waiting = port.waiting.slice(out.length);
      return out === '' ? undefined : out;
    };
    object.setConsole = () => undefined;
    object.flush = () => undefined;
    object.isConnected = () => true;
    G[name] = object;
  };

  // Pins.
  const pins: { [name: string]: number } = {};
  const setPin = (pin: Any, level: Any): void => {
    const name = '' + pin;
    if (!facts.pins.includes(name)) throw new Err('Invalid pin');
    pins[name] = level ? 1 : 0;
    h.pin(name, pins[name]);
  };
  const addPin = (name: string): void => {
    G[name] = {
      set: () => setPin(name, 1),
      reset: () => setPin(name, 0),
      write: (level: Any) => setPin(name, level),
      read: () => !!pins[name],
      mode: () => undefined,
      getInfo: () => ({}),
      toString: () => name,
    };
  };

  const buffer = (string: string): Any => bytesOf(string).buffer;
  const crc32 = (data: Any): number => {
    let crc = -1;
    for (const byte of toBytes(data)) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
    }
    return ~crc >>> 0;
  };
  const convolve = (a: Any, b: Any, offset: number): number => {
    const n = b.length;
    let at = (offset | 0) % n;
    if (at < 0) at += n;
    let sum = 0;
    for (let i = 0; i < a.length; i++) {
      sum += a[i] * b[at];
      if (++at === n) at = 0;
    }
    return sum;
  };
  function mapInPlace(from: Any, to: Any, map?: Any, bitsGiven?: number): void {
    if (!from || !to || from.byteLength === undefined || to.byteLength === undefined)
      throw new Err('First 2 arguments should be array buffers');
    const source = from instanceof AB ? new U8(from) : from;
    const target = to instanceof AB ? new U8(to) : to;
    const bitsFrom = (8 * source.byteLength) / (source.length || 1) || 8;
    const isMsbFirst = !(bitsGiven && bitsGiven < 0);
    const bits = M.abs(bitsGiven || 0) || bitsFrom;
    const mask = bits >= 32 ? 0 : (1 << bits) - 1;
    let read = 0,
      el = 0,
      have = 0;
    for (let write = 0; write < target.length && (read < source.length || have >= bits); write++) {
      const index = read;
      while (have < bits) {
        const value = read < source.length ? source[read] | 0 : 0;
        el = isMsbFirst ? (bitsFrom >= 32 ? value : (el << bitsFrom) | value) : el | (value << have);
        read++;
        have += bitsFrom;
      }
      const value = (isMsbFirst ? el >> (have - bits) : el) & mask;
      if (!isMsbFirst) el >>= bits;
      have -= bits;
      target[write] = map === undefined ? value : typeof map === 'function' ? map(value, index) : map[value];
    }
  }

  const storage = {
    read: (name: string, offset?: number, lenBytes?: number) => {
      const content = h.storageRead('' + name);
      if (content === undefined) return undefined;
      return offset === undefined
        ? content
        : content.substr(offset, lenBytes === undefined ? content.length : lenBytes);
    },
    readArrayBuffer: (name: string) => {
      const content = h.storageRead('' + name);
      return content === undefined ? undefined : buffer(content);
    },
    readJSON: (name: string, isQuiet?: boolean) => {
      const content = h.storageRead('' + name);
      if (content === undefined) return undefined;
      try {
        return J.parse(content);
      } catch (error) {
        if (isQuiet) return undefined;
        throw error;
      }
    },
    write: (name: string, data: Any, offset?: number, sizeBytes?: number) => {
      h.storageWrite('' + name, toBytes(data), offset || 0, sizeBytes || 0);
      return true;
    },
    writeJSON: (name: string, data: Any) => storage.write(name, J.stringify(data)),
    erase: (name: string) => h.storageErase('' + name),
    eraseAll: () => h.storageCompact(true),
    compact: () => h.storageCompact(false),
    list: (pattern?: Any) =>
      J.parse(h.storageList()).filter(
        (name: string) => pattern === undefined || (pattern.test ? pattern.test(name) : name.indexOf(pattern) >= 0),
      ),
    hash: () => crc32(h.storageList()),
    getFree: () => h.storageFree(),
    getStats: () => ({ freeBytes: h.storageFree() }),
    optimise: () => undefined,
  };
  const area = facts.flash;
  const flash = {
    read: (lenBytes: number, address: number) => (lenBytes > 0 ? bytesOf(h.flashRead(address, lenBytes)) : undefined),
    write: (data: Any, address: number) => h.flashWrite(address, toBytes(data)),
    erasePage: (address: number) => h.flashErase(address),
    getPage: (address: number) =>
      area ? { addr: address - (address % area.pageBytes), length: area.pageBytes } : undefined,
    getFree: () => (area ? [{ addr: area.address, length: area.lenBytes }] : []),
  };
  const hashOf = (name: string) => (data: Any) => buffer(h.hash(name, toBytes(data)));
  const aesOf = (isEncrypt: boolean) => (data: Any, key: Any, options?: Any) =>
    buffer(
      h.aes(
        (options && options.mode) || 'CBC',
        isEncrypt,
        toBytes(key),
        options && options.iv !== undefined ? toBytes(options.iv) : new U8(16),
        toBytes(data),
      ),
    );
  const crypto = {
    SHA1: hashOf('sha1'),
    SHA224: hashOf('sha224'),
    SHA256: hashOf('sha256'),
    SHA384: hashOf('sha384'),
    SHA512: hashOf('sha512'),
    AES: { encrypt: aesOf(true), decrypt: aesOf(false) },
  };

  /** A file as E.openFile gives it. Reading past the end answers undefined. */
  const openFile = (path: string, mode?: string): Any => {
    const size = h.fileSize('' + path);
    if (!facts.hasFiles || (size < 0 && mode !== 'w')) throw new Err('Could not open file : UNKNOWN');
    let at = 0;
    let isOpen = true;
    return {
      seek: (offset: number) => void (at = offset),
      skip: (count: number) => void (at += count),
      read: (lenBytes: number) => {
        const out = isOpen ? h.fileRead(path, at, lenBytes) : '';
        at += out.length;
        return out === '' ? undefined : out;
      },
      write: (data: Any) => {
        if (!isOpen) return 0;
        const bytes = toBytes(data);
        h.fileWrite(path, at, bytes);
        at += bytes.length;
        return bytes.length;
      },
      close: () => void (isOpen = false),
    };
  };
  const fs = {
    readFileSync: (path: string) => {
      const size = h.fileSize('' + path);
      return size < 0 ? undefined : h.fileRead('' + path, 0, size);
    },
  };
  const modules: { [name: string]: Any } = {
    Storage: storage,
    Flash: flash,
    crypto,
    fs: facts.hasFiles ? fs : undefined,
  };

  const random = (): number => h.random31();
  /** A console that was forced stays where it is; any other goes to a radio that connects (jsiSetConsoleDevice). */
  let isConsoleForced = false;
  const evaluate = G.eval;
  const E: Any = {
    convolve,
    mapInPlace,
    CRC32: crc32,
    openFile,
    toArrayBuffer: (string: Any) => (typeof string === 'string' ? buffer(string) : undefined),
    toUint8Array: toBytes,
    toString: (...values: Any[]) =>
      values.length === 1 && typeof values[0] === 'string' ? values[0] : text(toBytes(...values)),
    enableWatchdog: (timeoutS: number) => h.watchdog(timeoutS * 1000),
    kickWatchdog: () => h.kick(),
    setConsole: (_device: Any, options?: Any) => {
      isConsoleForced = !!(options && options.force);
    },
    getConsole: () => null,
    setFlags: () => undefined,
    getFlags: () => ({}),
    getErrorFlags: () => [],
    hwRand: random,
    srand: (seed: number) => h.seedRandom(seed | 0),
    getAddressOf: () => 0,
    getSizeOf: () => 1,
    setTimeZone: () => undefined,
    setClock: () => 0,
    reboot: () => h.reboot(),
    defrag: () => undefined,
    clip: (x: number, low: number, high: number) => M.min(M.max(x, low), high),
    sum: (values: Any) => {
      let sum = 0;
      for (let i = 0; i < values.length; i++) sum += values[i];
      return sum;
    },
    reverseByte: (byte: number) => {
      let out = 0;
      for (let i = 0; i < 8; i++) out |= ((byte >> i) & 1) << (7 - i);
      return out;
    },
    getTemperature: () => NaN,
    getAnalogVRef: () => NaN,
  };
  emitter(E);
  const esp32 = {
    getState: () => ({ BLE: h.radios().includes('ble'), Wifi: h.radios().includes('wifi') }),
  };
  const print = (...values: Any[]): void =>
    h.log(
      values.map((value) => (typeof value === 'object' && value !== null ? J.stringify(value) : '' + value)).join(' '),
    );
  const process: Any = {
    version: facts.version,
    env: facts.env,
    memory: () => {
      const total = h.variables();
      const usage = M.floor(total / 2) + h.leaked();
      return { free: total - usage, usage, total, history: 0, gc: 0, gctime: 0, blocksize: 14 };
    },
  };
  const processLists = emitter(process);

  // Take out what Espruino does not have, before anything of the image runs.
  const prune = (target: Any, keep: readonly string[]): void => {
    for (const key of O.getOwnPropertyNames(target)) if (!keep.includes(key)) delete target[key];
  };
  const TypedArrayProto = O.getPrototypeOf(U8.prototype);
  const { setPrototypeOf, defineProperty } = O;
  const natives: [string, Any][] = [
    'TypeError',
    'ReferenceError',
    'SyntaxError',
    'RangeError',
    'EvalError',
    'URIError',
  ].map((name) => [name, G[name]]);
  const sliceOfArray = A.prototype.slice;
  for (const name of O.keys(facts.statics)) prune(G[name], facts.statics[name]);
  for (const name of O.keys(facts.methods))
    prune(name === 'TypedArray' ? TypedArrayProto : G[name].prototype, facts.methods[name]);
  prune(G, facts.globals);
  for (const [name, native] of natives) {
    delete native.prototype.name;
    native.prototype.toString = function (this: Any): string {
      return name + ': ' + this.message;
    };
    setPrototypeOf(native.prototype, O.prototype);
  }
  defineProperty(TypedArrayProto, 'slice', {
    value: function (this: Any, from?: number, to?: number) {
      return sliceOfArray.call(this, from, to);
    },
    writable: true,
    configurable: true,
  });
  S.fromCharCode = (...codes: number[]) => {
    let out = '';
    for (const code of codes) out += fromCharCode(code & 255);
    return out;
  };
  M.random = () => random() / 0x7fffffff;
  G.Date.now = () => h.nowS() * 1000;

  for (const name of facts.serials) addSerial(name);
  for (const name of facts.pins) addPin(name);
  const i2c = () => ({
    setup: () => undefined,
    writeTo: () => undefined,
    readFrom: (_address: number, count: number) => new U8(count),
  });
  const globals: { [name: string]: Any } = {
    global: G,
    E,
    process,
    print,
    I2C1: i2c(),
    I2C2: i2c(),
    console: { log: print, error: print, warn: print, info: print, debug: print, trace: () => undefined },
    require: (name: string) => {
      if (!modules[name]) throw new Err('Module ' + name + ' not found');
      return modules[name];
    },
    getTime: () => h.nowS(),
    setTime: () => undefined,
    getSerial: () => '00000000-00000000-00000000',
    setTimeout: (fn: Any, ms?: Any, ...args: Any[]) => addTimer(fn, ms, args, false),
    setInterval: (fn: Any, ms?: Any, ...args: Any[]) => addTimer(fn, ms, args, true),
    clearTimeout: clear('Timeout'),
    clearInterval: clear('Interval'),
    digitalWrite: setPin,
    digitalRead: (pin: Any) => pins['' + pin] || 0,
    pinMode: () => undefined,
    getPinMode: () => 'output',
    peek32: (address: number) => h.peek32(address),
    ESP32: facts.globals.includes('ESP32') ? esp32 : undefined,
    poke32: () => undefined,
    peek16: () => 0,
    peek8: () => 0,
    poke8: () => undefined,
    poke16: () => undefined,
    atob: (base64: string) => {
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
      let out = '',
        bits = 0,
        held = 0;
      for (let i = 0; i < base64.length; i++) {
        const v = alphabet.indexOf(base64.charAt(i));
        if (v < 0) continue;
        bits = (bits << 6) | v;
        held += 6;
        if (held >= 8) {
          held -= 8;
          out += fromCharCode((bits >> held) & 255);
        }
      }
      return out;
    },
    btoa: (data: Any) => {
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
      const b = toBytes(data);
      let out = '';
      for (let i = 0; i < b.length; i += 3) {
        const v = (b[i] << 16) | ((b[i + 1] || 0) << 8) | (b[i + 2] || 0);
        out +=
          alphabet[v >> 18] +
          alphabet[(v >> 12) & 63] +
          (i + 1 < b.length ? alphabet[(v >> 6) & 63] : '=') +
          (i + 2 < b.length ? alphabet[v & 63] : '=');
      }
      return out;
    },
    load: () => h.reboot(),
    reset: () => h.reboot(),
    trace: () => undefined,
    dump: () => undefined,
    HIGH: 1,
    LOW: 0,
  };
  for (const name of O.keys(globals))
    defineProperty(G, name, { value: globals[name], writable: true, configurable: true, enumerable: false });

  return {
    timer(id) {
      const timer = timers[id];
      if (!timer) return;
      if (timer.everyMs) h.timerSet(id, timer.everyMs);
      else delete timers[id];
      timer.fn.apply(undefined, timer.args);
    },
    data(name, received) {
      const port = serials[name];
      if (port.lists.data && port.lists.data.length) port.object.emit('data', received);
      else port.waiting += received;
    },
    uncaught(error) {
      if (!processLists.uncaughtException || !processLists.uncaughtException.length) return false;
      process.emit('uncaughtException', error);
      return true;
    },
    describe: (error: Any) =>
      error && typeof error === 'object'
        ? '' + (error.message === undefined ? J.stringify(error) : error.message) + '\n' + (error.stack || '')
        : '' + error,
    radioLine: (line) => (isConsoleForced ? undefined : '' + evaluate(line)),
  };
}
