import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { partsOfTarget, targetPart } from '#build/core/target-parts.js';

describe('targets of several parts', () => {
  it('encodes what would read as a separator or as an encoded one', () => {
    const cases = [
      ['web-1', 'web-1'],
      ['/var/log', '%2Fvar%2Flog'],
      ['%2F', '%252F'],
      ['%25', '%2525'],
      ['50%', '50%'],
      ['%/', '%%2F'],
      ['%2f', '%2f'],
      ['', ''],
    ] as const;
    for (const [part, encoded] of cases) assert.equal(targetPart(part), encoded);
  });

  it('distinguishes all lists of parts', () => {
    const part = fc.string({ unit: fc.constantFrom('/', '%', '2', 'F', '5', 'f', 'a'), maxLength: 12 });
    const law = (parts: readonly string[]): void => {
      assert.deepEqual(partsOfTarget(parts.map(targetPart).join('/')), parts);
    };
    fc.assert(fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), law), { numRuns: 2000 });
    fc.assert(fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), law));
  });
});
