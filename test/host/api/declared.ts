// Holds what the API answers to its declarations: every reply of status 200 that a test gets, and every error.

import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { expect } from 'chai';
import { CALL_GROUPS } from '../../../host/api/calls';
import type { Call } from '../../../host/api/calls/call';

interface Declared {
  method: string;
  pattern: RegExp;
  call: Call;
}

/** Literal paths before those with parameters, as the router has it. */
const DECLARED: Declared[] = CALL_GROUPS.flatMap((group) =>
  group.bases.flatMap((base) =>
    Object.values(group.calls).map((call) => ({
      method: call.method,
      pattern: new RegExp('^' + (base + call.path).replace(/:\w+/g, '[^/]+') + '/?$', 'i'),
      call: call,
    })),
  ),
).sort((a, b) => Number(/:/.test(a.call.path)) - Number(/:/.test(b.call.path)));

/** The declaration of a request, when there is one. */
export function declaredCall(method: string, path: string): Call | undefined {
  const [bare] = path.split('?');
  return DECLARED.find((each) => each.method === method && each.pattern.test(bare))?.call;
}

/** Throws where an answer is none that its declaration allows. */
export function expectDeclared(method: string, path: string, answer: { status: number; body: unknown }): void {
  if (answer.status !== 200) {
    expect(answer.body, `${method} ${path}`).to.have.all.keys('code', 'message');
    return;
  }
  const call = declaredCall(method, path);
  if (!call) throw new Error(`${method} ${path} is not declared`);
  const schema: TSchema = call.reply;
  const problem = Value.Errors(schema, answer.body).First();
  if (problem) throw new Error(`${method} ${path} answers another shape: ${problem.path} ${problem.message}`);
}
