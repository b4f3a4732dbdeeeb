// How the story is told: lines as things happen, a table at the end, or one JSON object for scripts.
import type { StepResult } from './step';

export interface StoryResult {
  ok: boolean;
  steps: StepResult[];
  txids: string[];
  sms: { sent: number; octets: number; by_operation: Record<string, { sent: number; octets: number }> };
}

export function storyJson(result: StoryResult): string {
  return JSON.stringify(result);
}

export function storyTable(result: StoryResult): string {
  const rows = result.steps.map((step) => [
    step.ok ? 'held' : 'FAILED',
    step.name,
    `${(step.wall_ms / 1000).toFixed(1)} s`,
    `${(step.device_ms / 1000).toFixed(1)} s`,
    step.error ?? '',
  ]);
  const table = [['', 'step', 'wall', 'device', ''], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
  const { sent, octets } = result.sms;
  const verdict = result.ok ? 'every step held' : 'a step FAILED';
  return `${lines.join('\n')}\n\n${verdict}; ${sent} SMS, ${octets} octets; transactions ${result.txids.join(' ')}\n`;
}
