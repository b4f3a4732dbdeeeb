// ESLint over the whole tree, a check for each limit that has exceptions and one for all other rules.
import { ESLint, type Linter } from 'eslint';
import { relative, sep } from 'node:path';
import type { Check, Exception, Finding, Tree } from '../check';
import { COMPLEX_FUNCTIONS, LONG_FUNCTIONS, MANY_PARAMETERS } from '../exceptions';

/** Uses of `any` that the firmware may keep, each with its reason in a comment. */
const ANY_MAX = 20;
const ANY = '@typescript-eslint/no-explicit-any';

interface Limit {
  name: string;
  rule: string;
  exceptions: readonly Exception[];
  /** Most exceptions that may be listed. */
  most: number;
}

const LIMITS: readonly Limit[] = [
  { name: 'functions over 60 lines', rule: 'max-lines-per-function', exceptions: LONG_FUNCTIONS, most: 8 },
  { name: 'functions of complexity over 15', rule: 'complexity', exceptions: COMPLEX_FUNCTIONS, most: 8 },
  { name: 'functions of six or more parameters', rule: 'max-params', exceptions: MANY_PARAMETERS, most: 5 },
  { name: 'lines over 120 characters', rule: 'max-len', exceptions: [], most: 0 },
  { name: 'any without a reason', rule: ANY, exceptions: [], most: 0 },
];

export interface Message {
  path: string;
  message: Linter.LintMessage;
  /** The text after `--` of the comment that turns the rule off here; undefined where none does. */
  reason?: string;
}

let linted: { root: string; messages: Promise<Message[]> } | undefined;

/** All messages of ESLint, suppressed ones too; one run for all checks of a tree. */
function messagesOf(tree: Tree): Promise<Message[]> {
  if (linted?.root !== tree.root) linted = { root: tree.root, messages: lint(tree.root) };
  return linted.messages;
}

async function lint(root: string): Promise<Message[]> {
  const results = await new ESLint({ cwd: root }).lintFiles(['.']);
  return results.flatMap((result) => {
    const path = relative(root, result.filePath).split(sep).join('/');
    return [
      ...result.messages.map((message): Message => ({ path, message })),
      ...result.suppressedMessages.map((message): Message => ({
        path,
        message,
        reason: message.suppressions.map((each) => each.justification).join(''),
      })),
    ];
  });
}

const finding = ({ path, message }: Message): Finding => ({
  place: `${path}:${message.line}`,
  text: `${message.message}${message.ruleId ? ` (${message.ruleId})` : ''}`,
});

/** Does this exception name the function that the message is about? ESLint's messages quote the function's name. */
function isExcepted({ path, message }: Message, { file, name }: Exception): boolean {
  return file === path && message.message.includes(`'${name}'`);
}

export function overLimit(limit: Limit, messages: readonly Message[]): Finding[] {
  const ofRule = messages.filter(({ message, reason }) => message.ruleId === limit.rule && reason === undefined);
  const unused = limit.exceptions.filter((each) => !ofRule.some((message) => isExcepted(message, each)));
  const findings = ofRule.filter((message) => !limit.exceptions.some((each) => isExcepted(message, each))).map(finding);
  for (const { file, name } of unused) findings.push({ place: file, text: `${name} is listed and needs no exception` });
  if (limit.exceptions.length > limit.most) {
    findings.push({ place: 'tools/check/exceptions.ts', text: `lists more than ${limit.most}: ${limit.name}` });
  }
  return findings;
}

/** Comments that turn a rule off without saying why, and more `any` in the firmware than it may keep. */
export function badSuppressions(messages: readonly Message[]): Finding[] {
  const suppressed = messages.filter(({ reason }) => reason !== undefined);
  const findings = suppressed.filter(({ reason }) => reason === '').map(finding);
  const kept = suppressed.filter(({ path, message }) => path.startsWith('firmware/') && message.ruleId === ANY);
  if (kept.length > ANY_MAX) findings.push({ place: 'firmware', text: `${kept.length} any, at most ${ANY_MAX}` });
  return findings;
}

export const lintChecks: readonly Check[] = [
  {
    name: 'lint',
    async find(tree) {
      const messages = await messagesOf(tree);
      const others = messages.filter(
        ({ message, reason }) => reason === undefined && !LIMITS.some((limit) => limit.rule === message.ruleId),
      );
      return [...others.map(finding), ...badSuppressions(messages)];
    },
  },
  ...LIMITS.map((limit): Check => ({
    name: limit.name,
    find: async (tree) => overLimit(limit, await messagesOf(tree)),
  })),
];
