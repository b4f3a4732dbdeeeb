/** Pieces of TypeScript source: docstrings and imports. Prettier brings the whole into form. */

export const LINE_CHARS = 120;

/** A docstring of one paragraph, wrapped at 120 columns. */
export function docstring(text: string, indent = ''): string {
  if (indent.length + text.length + 8 <= LINE_CHARS) return `${indent}/** ${text} */`;
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1];
    if (line && indent.length + 3 + line.length + 1 + word.length > LINE_CHARS) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`), `${indent} */`].join('\n');
}

/** `import { a, b } from 'module';` for the names that occur in `code`; '' when none does. */
export function importOf(code: string, module: string, names: string[]): string {
  const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(code)).sort();
  return used.length ? `import { ${used.join(', ')} } from '${module}';` : '';
}

/** A generated module: header, imports of what the code uses, code. */
export function generatedModule(header: string[], modules: [module: string, names: string[]][], code: string): string {
  const imports = modules.map(([module, names]) => importOf(code, module, names)).filter((text) => text !== '');
  return ['/**', ...header.map((line) => ` * ${line}`), ' */', ...imports, '', code].join('\n');
}
