/**
 * The commands of both consoles as their files declare them: firmware/cold/console/commands and firmware/hot/commands,
 * a file a command. Nothing else lists them.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ROOT } from '../../../host/kit/package';
import type { CommandDeclaration } from '../../../firmware/console/command';
import { fail } from '../../../protocol/errors';

export interface DeclaredCommand extends CommandDeclaration {
  /** One word or two. */
  name: string;
  /** File without its ending, and its folder from the root. */
  file: string;
  /** Name of the handler, and how many arguments it takes. */
  handler: string;
  argumentCount: number;
}

export interface DeclaredConsole {
  board: 'cold' | 'hot';
  folder: string;
  /** In the order of `help`; commands that it does not show come first. */
  commands: DeclaredCommand[];
}

const capital = (word: string): string => word[0].toUpperCase() + word.slice(1);

function readCommand(folder: string, file: string): DeclaredCommand {
  const words = file.split('-');
  const handler = `run${words.map(capital).join('')}`;
  const module = require(path.join(ROOT, 'dist', folder, file)) as { [name: string]: unknown };
  const declaration = module[words.join('_').toUpperCase()] as CommandDeclaration | undefined;
  const run = module[handler] as { length: number } | undefined;
  if (!declaration || !run)
    throw fail('no-declaration', `${folder}/${file}.ts exports no ${words.join('_').toUpperCase()} or ${handler}`);
  const { shares, ...own } = declaration;
  return {
    ...own,
    ...(shares && { lines: { ...shares.lines, ...own.lines }, errors: { ...shares.errors, ...own.errors } }),
    name: words.join(' '),
    file,
    handler,
    argumentCount: run.length,
  };
}

function readConsole(board: DeclaredConsole['board'], folder: string): DeclaredConsole {
  const files = fs.readdirSync(path.join(ROOT, folder)).map((name) => name.replace(/\.ts$/, ''));
  const commands = files.map((file) => readCommand(folder, file));
  commands.sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
  const doubled = commands.find((each, i) => i > 0 && each.order === commands[i - 1].order);
  if (doubled) throw fail('same-order', `${folder}/${doubled.file}.ts has a place in help that another command has`);
  return { board, folder, commands };
}

/** Throws codes `no-declaration`, `same-order`. */
export function readConsoles(): DeclaredConsole[] {
  return [readConsole('cold', 'firmware/cold/console/commands'), readConsole('hot', 'firmware/hot/commands')];
}
