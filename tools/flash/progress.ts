// An upload's progress on a terminal: one line that is written over; on anything else a line for each step.
import type { UploadProgress } from './upload';

const BAR_WIDTH = 30;
const NAMES: { [step in UploadProgress['step']]: string } = {
  probe: 'looking at the board',
  tables: 'tables',
  layout: 'slots',
  erase: 'erasing',
  write: 'writing',
  verify: 'reading back',
  switch: 'switching',
};

/** Time that is left, for people. */
const leftText = (ms: number): string =>
  ms >= 90_000 ? `${Math.round(ms / 60_000)} min left` : `${Math.ceil(ms / 1000)} s left`;

/** A step of an upload; `label` in place of the step's own name. */
export interface Progress extends UploadProgress {
  label?: string;
  leftMs?: number;
}

/** The bar as text, e.g. `writing      [######........] 42 %`. */
export function progressLine({ step, doneBytes, totalBytes, label, leftMs }: Progress): string {
  const part = totalBytes > 0 ? Math.min(1, doneBytes / totalBytes) : 1;
  const filled = Math.round(part * BAR_WIDTH);
  return (
    `${(label ?? NAMES[step]).padEnd(20)} [${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ` +
    `${String(Math.round(part * 100)).padStart(3)} %${leftMs === undefined ? '' : `, ${leftText(leftMs)}`}`
  );
}

/** Writes progress to `out`. */
export function progressBar(out: { write(text: string): unknown; isTTY?: boolean }): {
  show(progress: Progress): void;
  end(): void;
} {
  let last: string | undefined;
  return {
    show(progress) {
      if (out.isTTY) out.write(`\r${progressLine(progress)}\x1b[K`);
      else if (last !== (progress.label ?? progress.step)) out.write(`${progress.label ?? NAMES[progress.step]}\n`);
      last = progress.label ?? progress.step;
    },
    end() {
      if (out.isTTY && last !== undefined) out.write('\n');
      last = undefined;
    },
  };
}
