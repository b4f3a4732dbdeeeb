// `chaincloud`: finds the subcommand, runs it, turns errors into one line on standard error and an exit code
// (0 done, 1 refused or failed, 2 bad usage).
import { readInput, usageOf, type Command } from './command';
import { COMMANDS } from './commands';

function overview(): string {
  const rows = COMMANDS.map((command) => `  ${command.name.padEnd(12)} ${command.summary.split('\n')[0]}`);
  return [
    'usage: chaincloud COMMAND [options]',
    '',
    ...rows,
    '',
    'chaincloud COMMAND --help tells the options of one.',
    '',
  ].join('\n');
}

/** A system error in words that say what to do. */
function explain(error: NodeJS.ErrnoException & { port?: number; address?: string }): string {
  if (error.code === 'EADDRINUSE')
    return `port ${error.port} is in use: stop the program that holds it or choose another port`;
  if (error.code === 'ECONNREFUSED')
    return `nothing answers at ${error.address}:${error.port}: start it or check the address`;
  if (error.code === 'ENOENT' && error.path) return `${error.path} does not exist: check the path`;
  if (error.code === 'EACCES' && error.path) return `${error.path} cannot be opened: check its permissions`;
  return error.message || String(error);
}

async function runCommand(command: Command, args: string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(usageOf(command));
    return 0;
  }
  try {
    return await command.run(readInput(command, args));
  } catch (error) {
    const coded = error as NodeJS.ErrnoException;
    process.stderr.write(`chaincloud ${command.name}: ${explain(coded)}\n`);
    if (coded.code === 'usage') process.stderr.write(usageOf(command));
    else if (process.env.CHAINCLOUD_TRACE) process.stderr.write(`${coded.stack}\n`);
    return coded.code === 'usage' ? 2 : 1;
  }
}

/** Runs the command line and sets the exit code; `args` without the interpreter and the script. */
export async function main(args: string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(overview());
    process.exit(name === undefined ? 2 : 0);
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) {
    process.stderr.write(`chaincloud: no command "${name}"\n${overview()}`);
    return process.exit(2);
  }
  process.exit(await runCommand(command, rest));
}
