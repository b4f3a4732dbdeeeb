// `chaincloud flash`: an image onto a board over its serial port, a base firmware or a whole Storage by the ROM loader.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { BUILT_FIRMWARE } from '../../../host/kit/package';
import { realRuntime } from '../../../host/kit/runtime';
import { fail } from '../../../protocol/errors';
import { createPeople, type People } from '../../console/people';
import { boardNamed } from '../../flash/boards';
import { flashByEspruinoTools } from '../../flash/espruino-tools/flash';
import { loadEspruinoTools } from '../../flash/espruino-tools/session';
import { flashBoard, rollBackBoard, type FlashOptions, type ReachOptions } from '../../flash/flash';
import { readImage, readTables } from '../../flash/storage/image';
import { openPeer } from '../../flash/lines/peer';
import { progressBar } from '../../flash/progress';
import { planBase, planStorage, storageOf } from '../../flash/rom/rom-plan';
import { romFlash } from '../../flash/rom/rom';
import { choosePort } from '../../serial/list';
import { aBaud, DEFAULT_BAUD, openPort, type OpenPort } from '../../serial/open';
import { need, type Command, type CommandInput } from '../command';
import { TRIAL_FLAGS, trialOf } from '../trial-flags';

/** The image that the flags name: a file, or the built one of a board and a role. */
function imageFile(input: CommandInput): string {
  if (input.values.image !== undefined) return input.values.image;
  const board = boardNamed(need(input, 'board')).name;
  const role = need(input, 'role');
  if (role !== 'cold' && role !== 'hot') throw fail('usage', `"--role" expected cold or hot, got ${role}`);
  return path.join(BUILT_FIRMWARE, board, `hsm-${role}.js`);
}

async function flashByRom(input: CommandInput, portName: string): Promise<number> {
  const parts =
    input.values.base !== undefined
      ? planBase(input.values.base, input.values.sums, input.switches['any-base'] === true)
      : planStorage(imageFile(input));
  const bar = progressBar(process.stderr);
  const done = await romFlash({
    path: portName,
    parts,
    onProgress: (part, doneBytes, totalBytes) => bar.show({ step: 'write', doneBytes, totalBytes, label: part }),
  });
  bar.end();
  process.stdout.write(
    `${done.chip}: ` +
      `${parts.map((part) => `${part.name} at 0x${part.address.toString(16)}`).join(', ')} written and ` +
      'read back; the board restarts\n',
  );
  for (const { name, data } of parts)
    process.stdout.write(`${createHash('sha256').update(data).digest('hex')}  ${name}\n`);
  return 0;
}

function reach(port: OpenPort, people: People, isUnpairing = false): ReachOptions {
  return {
    port,
    isUnpairing,
    runtime: realRuntime(),
    askPin: () => people.askSecret('PIN of HSM-Cold:'),
    say: (text) => process.stderr.write(`${text}\n`),
  };
}

async function goBack(input: CommandInput, options: ReachOptions): Promise<void> {
  const { from, to, ready, readyMs } = await rollBackBoard(options);
  const facts = {
    rolled_back: true,
    role: to.image!.role,
    board: to.image!.board,
    commit: to.image!.commit,
    slot: to.name,
    from_commit: from.image!.commit,
    from_slot: from.name,
    ready: ready ?? null,
    ready_ms: readyMs ?? null,
  };
  if (input.switches.json) process.stdout.write(`${JSON.stringify(facts)}\n`);
  else
    process.stdout.write(
      `hsm-${facts.role} ${facts.commit} in ${facts.slot} boots again, in place of ${facts.from_commit} ` +
        `in ${facts.from_slot}; keys, counters and journal are as they were\n`,
    );
}

type Flash = (options: FlashOptions) => ReturnType<typeof flashBoard | typeof flashByEspruinoTools>;

async function putImage(
  input: CommandInput,
  file: string,
  options: ReachOptions & Pick<FlashOptions, 'peer'>,
  flash: Flash,
): Promise<void> {
  const image = readImage(file);
  const { info } = image;
  const bar = progressBar(process.stderr);
  const result = await flash({
    ...options,
    image,
    tables: readTables(file, info.role),
    force: input.switches.force,
    erase: input.switches.erase,
    ...trialOf(input),
    onTrial: (label, doneBytes, totalBytes, leftMs) =>
      bar.show({ step: 'probe', doneBytes, totalBytes, label, leftMs }),
    onProgress: (progress) => bar.show(progress),
  }).finally(bar.end);
  const facts = {
    board: info.board,
    role: info.role,
    commit: info.commit,
    bytes: image.code.length,
    slot: result.slot,
    changed: result.isChanged,
    espruino: result.version,
    upload_ms: Math.round(result.uploadMs),
    written_bytes: result.writtenBytes,
    ready: result.ready ?? null,
    ready_ms: result.readyMs ?? null,
  };
  if (input.switches.json) return void process.stdout.write(`${JSON.stringify(facts)}\n`);
  const what = result.isChanged
    ? `${result.writtenBytes} bytes in ${(result.uploadMs / 1000).toFixed(1)} s into ${result.slot}`
    : 'the board had this image already';
  const then =
    result.ready === undefined
      ? 'restarted'
      : `self-test passed, ${result.ready} after ${(result.readyMs! / 1000).toFixed(1)} s`;
  process.stdout.write(`hsm-${info.role} ${info.commit} on ${info.board}: ${what}; ${then}\n`);
}

/** The ways to the board that the flags name. Throws `usage` for those that exclude one another. */
function waysOf({ switches, values }: CommandInput): { isBack: boolean; byRom: boolean; isWith: boolean } {
  const isBack = switches.rollback === true;
  const isWith = values.with !== undefined;
  const byRom = values.base !== undefined || switches.storage === true;
  if (isWith && values.with !== 'espruino') throw fail('usage', `"--with" expected espruino, got ${values.with}`);
  if (isBack && (byRom || switches.erase))
    throw fail('usage', '"--rollback" goes without --base, --storage and --erase');
  if (isWith && (isBack || byRom)) throw fail('usage', '"--with" goes without --rollback, --base and --storage');
  return { isBack, byRom, isWith };
}

export const flashCommand: Command = {
  name: 'flash',
  summary: 'puts an image onto a board over its serial port',
  flags: {
    port: { value: 'PORT', help: 'device file, pty or tcp://HOST:PORT; the only USB port when left out' },
    board: { value: 'BOARD', help: 'whose image: a folder of boards/' },
    role: { value: 'cold|hot', help: 'HSM-Cold or HSM-Hot' },
    image: { value: 'FILE', help: 'an image of the build instead of --board and --role' },
    baud: { value: 'N', help: 'speed of the console', default: String(DEFAULT_BAUD) },
    force: { help: 'also when the board runs the image of another board or role' },
    erase: { help: 'empties Storage first; keys and journal lie elsewhere and stay, archives of payments stop it' },
    unpair: {
      help:
        'HSM-Hot on its line to the gateway gives its prompt for its link key: it is erased, and paired again ' +
        'afterwards',
    },
    rollback: {
      help:
        'boots the image in the other slot again, where a whole one is; keys, counters and journal stay ' +
        'as they are',
    },
    with: {
      value: 'espruino',
      help:
        'by EspruinoTools (npm install espruino): for a board with an Espruino that no folder of boards/ ' +
        'describes',
    },
    base: {
      value: 'DIR',
      help: 'writes Espruino itself by the ROM loader: bootloader, partitions and espruino .bin files in DIR',
    },
    sums: { value: 'FILE', help: 'with --base: SHA-256 sums to hold the files against, as sha256sum writes them' },
    'any-base': { help: 'with --base: also an Espruino that is known not to do, or that names no version' },
    storage: {
      help:
        'writes a whole Storage with the image by the ROM loader: for a new board, since it takes all ' +
        'files of an old one',
    },
    'storage-out': {
      value: 'FILE',
      help: 'writes that whole Storage to FILE instead: for esptool, or as espruino.flash of an interpreter on a PC',
    },
    ...TRIAL_FLAGS,
    json: { help: 'the result as JSON' },
  },
  async run(input) {
    const baud = aBaud(input.values.baud);
    const { isBack, byRom, isWith } = waysOf(input);
    const file = isBack || input.values.base !== undefined ? undefined : imageFile(input);
    if (input.values['storage-out'] !== undefined && file !== undefined) {
      const { data } = storageOf(file);
      writeFileSync(input.values['storage-out'], data);
      process.stdout.write(`${data.length} bytes of Storage are in ${input.values['storage-out']}\n`);
      return 0;
    }
    if (file !== undefined) readImage(file);
    const tools = isWith ? await loadEspruinoTools() : undefined;
    const flash: Flash = tools ? (options) => flashByEspruinoTools(tools, options) : flashBoard;
    const portName = await choosePort(input.values.port);
    if (byRom) return flashByRom(input, portName);
    const port = await openPort(portName, baud);
    const people = createPeople(process.stdin, process.stderr);
    const peer = await openPeer(input.values.peer, baud);
    try {
      const options = reach(port, people, input.switches.unpair);
      if (isBack) await goBack(input, options);
      else await putImage(input, file!, { ...options, ...(peer && { peer: peer.prompt }) }, flash);
      return 0;
    } finally {
      peer?.port.close();
      people.close();
      port.close();
    }
  },
};
