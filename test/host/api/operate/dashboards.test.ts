// Dashboard and alert rules name only metrics and labels that the API has.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { METRICS, type MetricDeclaration } from '../../../../host/api/operate/metrics';
import { ROOT } from '../../../../host/kit/package';

const FOLDER = join(ROOT, 'docs', 'operate');
const DECLARED: Record<string, MetricDeclaration> = METRICS;

interface Panel {
  title: string;
  targets: { expr: string; legendFormat?: string }[];
}

/** Throws unless each metric and label of an expression is declared; returns the metrics. */
function metricsOf(expr: string): string[] {
  const found = [...expr.matchAll(/\b(chaincloud_[a-z_]+)(?:\{([^}]*)\})?(\[)?/g)];
  expect(found.length, expr).to.be.above(0);
  return found.map(([, text, filter = '', range]) => {
    const name = DECLARED[text] ? text : text.replace(/_(bucket|sum|count)$/, '');
    expect(DECLARED, `${text} in ${expr}`).to.have.property(name);
    const { type, labels } = DECLARED[name];
    if (name !== text) expect(type, expr).to.equal('histogram');
    for (const [, label] of filter.matchAll(/([a-z]+) *(?:=|!=|=~|!~)/g)) expect([...labels], expr).to.include(label);
    if (type !== 'gauge') expect(range, `${text} grows for ever: ${expr}`).to.equal('[');
    return name;
  });
}

function labelsOf(expr: string): string[] {
  return metricsOf(expr).flatMap((name) => [...DECLARED[name].labels]);
}

describe('docs/operate', () => {
  it('the dashboard shows every metric, by expressions and legends that hold', () => {
    const { panels } = JSON.parse(readFileSync(join(FOLDER, 'dashboard.json'), 'utf8')) as { panels: Panel[] };
    const shown = new Set<string>();
    for (const { title, targets } of panels) {
      for (const { expr, legendFormat = '' } of targets) {
        metricsOf(expr).forEach((name) => shown.add(name));
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
          expect(labelsOf(expr), title).to.include(label);
        for (const [, by] of expr.matchAll(/by \(([^)]*)\)/g))
          for (const label of by.split(', ')) expect([...labelsOf(expr), 'le'], title).to.include(label);
      }
    }
    const left = Object.keys(METRICS).filter((name) => !shown.has(name));
    expect(left).to.deep.equal([
      'chaincloud_build_info',
      'chaincloud_start_timestamp_seconds',
      'chaincloud_duty_failing_since_timestamp_seconds',
      'chaincloud_hsm_clock_timestamp_seconds',
      'chaincloud_hsm_hot_starts_total',
    ]);
  });

  it('each alert rule has an expression that holds, a grade, and says what to do', () => {
    const rules = readFileSync(join(FOLDER, 'alerts.yml'), 'utf8')
      .split(/^ {6}- alert: /m)
      .slice(1);
    expect(rules.length).to.be.above(10);
    for (const rule of rules) {
      const expr = /^ {8}expr: '(.*)'$/m.exec(rule)![1].replaceAll("''", "'");
      metricsOf(expr);
      expect(rule).to.match(/^ {8}for: \d+m$/m);
      expect(rule).to.match(/severity: (warning|critical)$/m);
      for (const [, label] of rule.matchAll(/\$labels\.(\w+)/g)) expect(labelsOf(expr), rule).to.include(label);
      expect(rule).to.match(/summary: '.+'\n {10}description: '.+\.'/);
    }
  });
});
