// Values of declared metrics, and their text form. Spec: Prometheus text exposition format 0.0.4.

import { METRICS, type LabelsOf, type MetricDeclaration, type MetricName } from './metrics';

type Labels = Record<string, string>;

export interface Samples {
  set<N extends MetricName>(name: N, labels: LabelsOf<N>, value: number): void;
  text(): string;
}

const DECLARED: Readonly<Record<string, MetricDeclaration>> = METRICS;

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function heading(name: string): string {
  const { help, type } = DECLARED[name];
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
}

/** One scrape's values; metrics without a value are left out. */
export function createSamples(): Samples {
  const lines = new Map<MetricName, string[]>();
  return {
    set(name, labels, value) {
      const of = lines.get(name) ?? [];
      of.push(`${name}${labelText(labels)} ${value}`);
      lines.set(name, of);
    },
    text: () => [...lines].map(([name, of]) => `${heading(name)}${of.join('\n')}\n`).join(''),
  };
}

/** Counters and histograms that last as long as the process. */
export interface Counters {
  add<N extends MetricName>(name: N, labels: LabelsOf<N>, by?: number): void;
  observe<N extends MetricName>(name: N, labels: LabelsOf<N>, value: number): void;
  text(): string;
}

interface Distribution {
  labels: Labels;
  counts: number[];
  sum: number;
}

export function createCounters(): Counters {
  const counts = new Map<MetricName, Map<string, number>>();
  const distributions = new Map<MetricName, Map<string, Distribution>>();

  function distributionText(name: string, { labels, counts: inBucket, sum }: Distribution): string[] {
    const { buckets = [] } = DECLARED[name];
    let total = 0;
    const rows = [...buckets, Infinity].map((bound, i) => {
      total += inBucket[i];
      return `${name}_bucket${labelText({ ...labels, le: bound === Infinity ? '+Inf' : String(bound) })} ${total}`;
    });
    return [...rows, `${name}_sum${labelText(labels)} ${sum}`, `${name}_count${labelText(labels)} ${total}`];
  }

  return {
    add(name, labels, by = 1) {
      const of = counts.get(name) ?? new Map<string, number>();
      counts.set(name, of);
      const key = labelText(labels);
      of.set(key, (of.get(key) ?? 0) + by);
    },
    observe(name, labels, value) {
      const { buckets = [] } = DECLARED[name];
      const of = distributions.get(name) ?? new Map<string, Distribution>();
      distributions.set(name, of);
      const key = Object.values(labels).join('\n');
      let known = of.get(key);
      if (!known) of.set(key, (known = { labels, counts: Array<number>(buckets.length + 1).fill(0), sum: 0 }));
      const at = buckets.findIndex((bound) => value <= bound);
      known.counts[at < 0 ? buckets.length : at]++;
      known.sum += value;
    },
    text() {
      const plain = [...counts].map(
        ([name, of]) => heading(name) + [...of].map(([labels, n]) => `${name}${labels} ${n}\n`).join(''),
      );
      const shaped = [...distributions].map(
        ([name, of]) =>
          heading(name) + [...of.values()].flatMap((each) => distributionText(name, each)).join('\n') + '\n',
      );
      return [...plain, ...shaped].join('');
    },
  };
}
