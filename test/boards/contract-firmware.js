// The device's half of the HAL contract suite: a firmware that tries every promise of firmware/hal.ts on the board it
// runs on and tells the outcome on its console, one line a case: `ok NAME` or `fail NAME: WHY`, then `done N` where N
// counts the boots. It echoes the link afterwards; the byte sequence `!reboot` there restarts the board.

var hal;

function tell(line) {
  hal.console.write(E.toUint8Array(line + '\n'));
}

function expect(isTrue, why) {
  if (!isTrue) throw new Error(why);
}

function check(name, test) {
  try {
    test();
    tell('ok ' + name);
  } catch (error) {
    tell('fail ' + name + ': ' + (error.message || error));
  }
}

function codeOf(work) {
  try {
    work();
  } catch (error) {
    return error.code;
  }
  return '';
}

function same(bytes, expected) {
  if (bytes.length !== expected.length) return false;
  for (var i = 0; i < expected.length; i++) if (bytes[i] !== expected[i]) return false;
  return true;
}

var PAGE = 4;

function checkFlash() {
  check('flash: has pages', function () {
    expect(hal.flash.pageBytes === 4096 && hal.flash.pageCount === 16, 'size');
  });
  check('flash: an erased page reads 0xFF', function () {
    hal.flash.clearPage(PAGE);
    expect(same(hal.flash.readBytes(PAGE * 4096 + 4092, 4), [255, 255, 255, 255]), 'end of the page');
  });
  check('flash: a write can be read back', function () {
    hal.flash.writeBytes(PAGE * 4096 + 3, new Uint8Array([1, 2, 3, 0, 255]));
    expect(
      same(hal.flash.readBytes(PAGE * 4096 + 2, 7), [255, 1, 2, 3, 0, 255, 255]),
      'bytes ' + hal.flash.readBytes(PAGE * 4096 + 2, 7).join(),
    );
  });
  check('flash: a write only clears bits', function () {
    hal.flash.writeBytes(PAGE * 4096 + 3, new Uint8Array([0xfe, 3]));
    expect(same(hal.flash.readBytes(PAGE * 4096 + 3, 2), [0, 2]), 'old AND new');
  });
  check('flash: a write crosses pages', function () {
    hal.flash.clearPage(PAGE + 1);
    hal.flash.writeBytes((PAGE + 1) * 4096 - 2, new Uint8Array([7, 8, 9, 10]));
    expect(same(hal.flash.readBytes((PAGE + 1) * 4096 - 2, 4), [7, 8, 9, 10]), 'bytes');
  });
  check('flash: erase leaves the neighbours', function () {
    hal.flash.clearPage(PAGE + 1);
    expect(same(hal.flash.readBytes((PAGE + 1) * 4096 - 2, 4), [7, 8, 255, 255]), 'bytes');
  });
  check('flash: takes nothing, gives nothing', function () {
    hal.flash.writeBytes(0, new Uint8Array(0));
    expect(hal.flash.readBytes(65535, 0).length === 0, 'length');
  });
  check('flash: refuses what is out of range', function () {
    expect(
      codeOf(function () {
        hal.flash.readBytes(65535, 2);
      }) === 'flash-range',
      'read',
    );
    expect(
      codeOf(function () {
        hal.flash.writeBytes(-1, new Uint8Array(1));
      }) === 'flash-range',
      'write',
    );
    expect(
      codeOf(function () {
        hal.flash.clearPage(-1);
      }) === 'flash-range',
      'erase',
    );
  });
  check('flash: the caller keeps its buffer', function () {
    var bytes = new Uint8Array([5, 6]);
    hal.flash.writeBytes(PAGE * 4096 + 100, bytes);
    expect(same(bytes, [5, 6]), 'changed');
  });
}

/** Pages inside Storage, behind the journal's: neither Storage's files nor its free room know of them. */
function checkArchive() {
  var flash = hal.flash;
  var first = flash.pageCount;
  var last = first + flash.archivePages - 1;
  check('archive: has pages', function () {
    expect(flash.archivePages >= 4 && flash.archivePages < 100, 'count ' + flash.archivePages);
  });
  check('archive: a page is erased and written in place, its neighbours stay', function () {
    var free = hal.files.freeBytes();
    flash.clearPage(last);
    flash.clearPage(first);
    flash.writeBytes(last * 4096 + 4092, new Uint8Array([1, 2, 3, 4]));
    flash.writeBytes(first * 4096, new Uint8Array([5, 6, 7, 8]));
    flash.writeBytes(first * 4096 + 4096, new Uint8Array([0, 0, 0, 0]));
    flash.clearPage(first + 1);
    expect(same(flash.readBytes(first * 4096, 5), [5, 6, 7, 8, 255]), 'first page');
    expect(same(flash.readBytes(first * 4096 + 4095, 2), [255, 255]), 'second page');
    expect(same(flash.readBytes(last * 4096 + 4091, 5), [255, 1, 2, 3, 4]), 'last page');
    expect(hal.files.freeBytes() === free, 'free room');
  });
  check('archive: files before and behind it stay', function () {
    hal.files.writeFile('behind', new Uint8Array([1, 2, 3]));
    for (var page = first; page <= last; page++) flash.clearPage(page);
    expect(same(hal.files.readFile('behind'), [1, 2, 3]), 'file');
    hal.files.eraseFile('behind');
  });
  check('archive: refuses what is out of range', function () {
    expect(
      codeOf(function () {
        flash.writeBytes(last * 4096 + 4093, new Uint8Array(4));
      }) === 'flash-range',
      'write',
    );
    expect(
      codeOf(function () {
        flash.clearPage(last + 1);
      }) === 'flash-range',
      'erase',
    );
  });
}

function checkFiles() {
  check('files: an absent file is undefined', function () {
    expect(hal.files.readFile('nothing') === undefined, 'defined');
  });
  check('files: a file can be read back', function () {
    expect(hal.files.writeFile('contract', new Uint8Array([0, 1, 254, 255])) === true, 'refused');
    expect(same(hal.files.readFile('contract'), [0, 1, 254, 255]), 'bytes');
  });
  check('files: what a file takes is free no more', function () {
    var free = hal.files.freeBytes();
    expect(hal.files.writeFile('room', new Uint8Array(100)) === true, 'refused');
    expect(free > 200 && free - hal.files.freeBytes() >= 132 && free - hal.files.freeBytes() < 5000, 'free ' + free);
    hal.files.eraseFile('room');
  });
  check('files: a file is replaced', function () {
    expect(hal.files.writeFile('contract', new Uint8Array([9])) === true, 'refused');
    expect(same(hal.files.readFile('contract'), [9]), 'bytes');
  });
  check('files: a file too large is refused', function () {
    var isWritten = hal.files.writeFile('empty', new Uint8Array(0));
    expect(isWritten === false, 'an empty file cannot be');
  });
  check('files: an erased file is gone', function () {
    hal.files.eraseFile('contract');
    hal.files.eraseFile('contract');
    expect(hal.files.readFile('contract') === undefined, 'still there');
  });
  check('files: kinds of files are gone, others stay', function () {
    var gone = ['u1', 'u20', 'b0-1-13', 'm7-2-9'];
    var kept = ['u', 'b1x2', 'bat1', 'v1', 'b0-1-'];
    gone.concat(kept).forEach(function (name) {
      hal.files.writeFile(name, new Uint8Array([1]));
    });
    hal.files.eraseFiles('ubm');
    gone.forEach(function (name) {
      expect(hal.files.readFile(name) === undefined, name + ' is still there');
    });
    kept.forEach(function (name) {
      expect(hal.files.readFile(name) !== undefined, name + ' is gone');
    });
    kept.forEach(function (name) {
      hal.files.eraseFile(name);
    });
  });
}

function checkRest() {
  check('says what it is', function () {
    expect(hal.board.length > 3 && hal.commit.length === 12 && hal.interpreter.substr(0, 2) === '2v', hal.interpreter);
  });
  check('clock: the hour is not known at power-on', function () {
    expect(hal.clock.wallSeconds() === 0, '' + hal.clock.wallSeconds());
  });
  check('clock: the hour is kept', function () {
    hal.clock.setUnixSeconds(1700000000);
    var seconds = hal.clock.wallSeconds();
    expect(seconds === 1700000000 || seconds === 1700000001, '' + seconds);
  });
  check('clock: setting the hour leaves the uptime', function () {
    expect(hal.clock.uptimeMs() >= 0 && hal.clock.uptimeMs() < 3600000, '' + hal.clock.uptimeMs());
  });
  check('noise: gives as many bytes as asked', function () {
    var a = hal.noise.take(16);
    expect(a.length === 16, 'length');
    expect(!same(a, hal.noise.take(16)), 'the same twice');
  });
  check('memory: says what is used', function () {
    var memory = hal.memoryUse();
    expect(memory.used > 0 && memory.total >= memory.used, memory.used + ' of ' + memory.total);
  });
  check('watchdog: starts and is kicked', function () {
    hal.watchdog.start(20000);
    hal.watchdog.kick();
  });
}

var order = '';

function afterAll() {
  check('clock: timers fire later, in order, unless cancelled', function () {
    expect(order === 'sync,a,b,', order);
  });
  order = '';
  hal.power.modemOn(0, function () {
    check('power: a modem is on after the call has returned', function () {
      expect(order === 'returned', order);
    });
    hal.power.modemOff(0);
    var boots = 0;
    for (var bits = 255 ^ hal.flash.readBytes(0, 1)[0]; bits; bits >>= 1) boots++;
    tell('done ' + boots);
  });
  order = 'returned';
}

function checkTimers() {
  hal.clock.after(30, function () {
    order += 'b,';
  });
  hal.clock.after(1, function () {
    order += 'a,';
  });
  var cancelled = hal.clock.after(2, function () {
    order += 'cancelled,';
  });
  hal.clock.cancel(cancelled);
  hal.clock.cancel(cancelled);
  order += 'sync,';
  hal.clock.after(120, afterAll);
}

var received = '';

function onLink(bytes) {
  var text = E.toString(bytes);
  received = (received + text).substr(-7);
  if (bytes.length > 64) tell('fail link: ' + bytes.length + ' bytes at once');
  if (received === '!reboot') {
    hal.flash.writeBytes(0, new Uint8Array([hal.flash.readBytes(0, 1)[0] << 1]));
    hal.power.restart();
  }
  hal.link.write(bytes);
}

export function runContract(given) {
  hal = given;
  hal.link.onData(function () {
    tell('fail link: the first listener was not replaced');
  });
  hal.link.onData(onLink);
  checkFlash();
  checkArchive();
  checkFiles();
  checkRest();
  checkTimers();
}
