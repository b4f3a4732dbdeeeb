// Puts something else in place of a module's export while a piece of work runs: the firmware calls exports by their
// module.

/** Runs `work` with `module[name]` replaced by what `make` makes of it. */
export async function withExport(
  module: object,
  name: string,
  make: (right: any) => unknown,
  work: () => Promise<void>,
): Promise<void> {
  const right = Object.getOwnPropertyDescriptor(module, name);
  if (!right) throw new Error(`the module exports no ${name}`);
  Object.defineProperty(module, name, { value: make((module as any)[name]), configurable: true, writable: true });
  try {
    await work();
  } finally {
    Object.defineProperty(module, name, right);
  }
}
