// The HTTP API as a page for people, from its declarations: one file, no script, nothing from elsewhere.

import { createHash } from 'node:crypto';
import type { TSchema } from '@sinclair/typebox';
import type { Call, CallGroup, Who } from '../calls/call';
import { API_ERRORS } from '../http/errors';
import { errorsOf } from './openapi';

const STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8882;--get:#0b6e4f;--post:#8a4b00}
@media(prefers-color-scheme:dark){:root{--get:#63d2a4;--post:#f0b060}}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif;display:grid;grid-template-columns:17rem minmax(0,1fr)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1rem;border-right:1px solid var(--line);font-size:.85rem}
nav a{display:block;text-decoration:none;color:inherit;padding:.1rem 0;overflow-wrap:anywhere}
nav a:hover,nav a:focus{text-decoration:underline}
nav h2{font-size:.8rem;margin:1rem 0 .2rem;opacity:.75}
main{padding:1rem 2rem 4rem;max-width:64rem}
article{border:1px solid var(--line);border-radius:8px;padding:.75rem 1rem;margin:1rem 0}
h1{margin:.2rem 0}h2{margin-top:2.5rem}h3{margin:0;font-size:1rem;font-weight:600;overflow-wrap:anywhere}
h4{margin:.9rem 0 .2rem;font-size:.85rem}
code,h3,nav a{font-family:ui-monospace,monospace}code{font-size:.9em}
.GET{color:var(--get)}.POST{color:var(--post)}
table{border-collapse:collapse;width:100%;font-size:.9rem}
td,th{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;border-bottom:1px solid var(--soft)}
td{overflow-wrap:anywhere}
p{margin:.4rem 0}
@media(max-width:50rem){body{display:block}nav{position:static;height:auto;border:0}main{padding:1rem}}
`;

/** The page's content security policy: its own style and nothing else. */
export const DOCS_POLICY =
  "default-src 'none'; style-src 'sha256-" +
  createHash('sha256').update(STYLE).digest('base64') +
  "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TOKENS: { [who in Who]: string } = {
  anybody: 'no token',
  open: "header token: the account's cold receiving or hot sending token",
  hot: "header token: the account's hot sending token",
  cold: "header token: the account's cold receiving token",
  gateway: 'header token: the gateway token',
  admin: 'header token: the admin token',
  operator: 'header token: the operator or the admin token',
  metrics: 'header token or authorization: Bearer, the metrics token; none from the same machine where none is set',
  backup: 'header token: the backup or the admin token',
};

function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A schema in words: `list of integer`, `"a" or "b"`, `text, at most 64`. */
function kindOf(schema: TSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return (schema.anyOf as TSchema[]).map(kindOf).join(' or ');
  if (schema.type === 'array') return `list of ${kindOf(schema.items as TSchema)}`;
  if (schema.type !== 'string') return String((schema.type as string | undefined) ?? 'any');
  const { decimal, maxLength } = schema as { decimal?: [number, number]; maxLength?: number };
  if (decimal) return `integer ${decimal[0]}..${decimal[1]}`;
  return maxLength === undefined ? 'text' : `text, at most ${maxLength} characters`;
}

/** Rows of an object's fields; those of objects inside with their path. */
function rowsOf(schema: TSchema, prefix = ''): string[] {
  const inner = schema.type === 'array' ? (schema.items as TSchema) : schema;
  const variants = (inner.anyOf as TSchema[] | undefined) ?? [inner];
  return variants.flatMap((variant) => {
    const required = (variant.required as string[] | undefined) ?? [];
    return Object.entries((variant.properties as Record<string, TSchema> | undefined) ?? {}).flatMap(
      ([name, field]) => {
        if (field.not) return [];
        const mark = required.includes(name) ? '' : ' <small>optional</small>';
        const cells = [
          `<code>${text(prefix + name)}</code>${mark}`,
          text(kindOf(field)),
          text(field.description ?? ''),
        ];
        const row = `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
        return [row, ...rowsOf(field, `${prefix}${name}${field.type === 'array' ? '[]' : ''}.`)];
      },
    );
  });
}

function part(title: string, schema: TSchema | undefined): string {
  if (!schema) return '';
  const rows = [...new Set(rowsOf(schema))];
  const words = schema.type === 'array' ? `${title}: a list` : title;
  if (rows.length === 0) return `<h4>${text(words)}</h4><p>${text(schema.description ?? kindOf(schema))}</p>`;
  return `<h4>${text(words)}</h4><table>${rows.join('')}</table>`;
}

function errorTable(call: Call): string {
  const rows = errorsOf(call).map((name) => {
    const { status, number, meaning } = API_ERRORS[name];
    return {
      status,
      row: `<tr><td>${status}</td><td>${number}</td><td>${text(name)}</td><td>${text(meaning)}</td></tr>`,
    };
  });
  rows.sort((a, b) => a.status - b.status);
  return `<details><summary>Errors</summary><table>${rows.map(({ row }) => row).join('')}</table></details>`;
}

function article(id: string, group: CallGroup, call: Call): string {
  const path = (group.bases[0] + call.path).replace(/:(\w+)/g, '{$1}');
  return [
    `<article id="${id}">`,
    `<h3><span class="${call.method}">${call.method}</span> ${text(path)}</h3>`,
    `<p>${text(call.summary)}</p><p><small>${text(TOKENS[call.who])}</small></p>`,
    part('Path', call.params),
    part('Query', call.query),
    part('Form', call.form),
    part('Body, JSON', call.body),
    part(call.produces === undefined ? 'Answer' : `Answer, ${call.produces}`, call.reply),
    errorTable(call),
    '</article>',
  ].join('\n');
}

export function docsPage(groups: readonly CallGroup[]): string {
  const calls = groups.map((group) => ({ group, calls: Object.entries(group.calls) }));
  const menu = calls
    .map(({ group, calls: of }) => {
      const links = of.map(
        ([id, { method, path }]) =>
          `<a href="#${id}"><span class="${method}">${method}</span> ${text(path.replace(/:(\w+)/g, '{$1}'))}</a>`,
      );
      return `<h2>${text(group.title)}</h2>${links.join('')}`;
    })
    .join('');
  const body = calls
    .map(({ group, calls: of }) => {
      const bases = group.bases.filter((base) => base !== '').map((base) => `<code>${text(base)}</code>`);
      const under = bases.length === 0 ? '' : `<p>Under ${bases.join(' and ')}.</p>`;
      return `<h2>${text(group.title)}</h2>${under}${of.map(([id, call]) => article(id, group, call)).join('\n')}`;
    })
    .join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>ChainCloud API</title><style>${STYLE}</style></head>
<body><nav aria-label="Calls">${menu}</nav>
<main><h1>ChainCloud API</h1>
<p>Amounts are satoshi, times UTC. Forms may come as JSON with the same fields. A refused call answers
<code>{"code": int, "message": text}</code>; answers 429 and 503 have <code>retry-after</code>. The same as
<a href="/openapi.json">OpenAPI 3.1</a>.</p>
${body}
</main></body></html>
`;
}
