// Holds host/vdevice/context.ts: how V compares phone numbers: whole, never parts.

import { expect } from 'chai';
import { isOneOf } from '../../../host/vdevice/context';

describe('host/vdevice phone numbers', () => {
  it('compares whole numbers, never parts', () => {
    const known = ['+8613900000001'];
    for (const same of ['+8613900000001', '8613900000001', '008613900000001', '+86 139 0000 0001'])
      expect(isOneOf(same, known), same).to.equal(true);
    for (const other of ['+44778613900000001', '13900000001', '+86139000000011', '', 'ChainCloud', '+8613900000001x'])
      expect(isOneOf(other, known), other).to.equal(false);
  });
});
