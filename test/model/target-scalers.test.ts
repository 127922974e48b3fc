import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { createSeriesNormalizer } from '#build/model/series-normalizer.js';
import { parseTargetScalers, type TargetScalers } from '#build/model/target-scalers.js';
import { assertRefuses } from '../support/refusals.js';

const ZSCORE = { kind: 'zscore', per: 'target', file: 'scalers.csv' } as const;
const MINMAX = { ...ZSCORE, kind: 'minmax' } as const;

const parse = (text: string, spec: typeof ZSCORE | typeof MINMAX = ZSCORE): Promise<TargetScalers> =>
  parseTargetScalers(Buffer.from(text), spec);

suite('a file of scalers', () => {
  test('has an offset and a scale for each target and column', async () => {
    const scalers = await parse(
      '\ufefftarget,column,mean,scale\r\nweb-1,cpu,1.5,2e-3\r\n"a, ""b""",cpu,-4,0\r\n\r\nweb-1,mem,0,7\r\n',
    );
    assert.deepEqual(scalers.get('web-1', 'cpu'), { offset: 1.5, scale: 0.002 });
    assert.deepEqual(scalers.get('web-1', 'mem'), { offset: 0, scale: 7 });
    assert.deepEqual(scalers.get('a, "b"', 'cpu'), { offset: -4, scale: 1 });
    assert.equal(scalers.get('web-2', 'cpu'), undefined);
    assert.equal(scalers.get('web-1', 'disk'), undefined);
    const ranges = await parse('target,column,min,max\na,x,2,6\na,y,3,3\n', MINMAX);
    assert.deepEqual(ranges.get('a', 'x'), { offset: 2, scale: 4 });
    assert.deepEqual(ranges.get('a', 'y'), { offset: 3, scale: 1 });
  });

  for (const [what, text, message] of [
    ['an empty file', '', /has the columns of an empty file/],
    ['another header', 'target,column,mean,std\na,x,1,2\n', /has the columns target,column,mean,std/],
    ['no row', 'target,column,mean,scale\n', /has no row/],
    ['a missing cell', 'target,column,mean,scale\na,x,1\n', /is not valid CSV: .*line 2/],
    ['text for a number', 'target,column,mean,scale\na,x,1,2\na,y,0x10,2\n', /invalid in line 3: a,y,0x10,2/],
    ['nothing for a number', 'target,column,mean,scale\na,x,,2\n', /invalid in line 2/],
    ['an infinite number', 'target,column,mean,scale\na,x,1,1e999\n', /invalid in line 2/],
    ['a negative scale', 'target,column,mean,scale\na,x,1,-2\n', /invalid in line 2/],
    ['no target', 'target,column,mean,scale\n,x,1,2\n', /invalid in line 2/],
    ['a second row', 'target,column,mean,scale\na,x,1,2\na,x,1,2\n', /a second row for a, x in line 3/],
  ] as const) {
    test(`is refused for ${what}`, async () => {
      await assertRefuses(parse(text), 'model', /^scalers\.csv, /, message, /target,column,mean,scale/);
    });
  }

  test('is refused if a maximum is below its minimum', async () => {
    await assertRefuses(parse('target,column,min,max\na,x,2,1\n', MINMAX), 'model', /invalid in line 2/);
  });
});

test('items of several columns take the scaler of each column of their target', async () => {
  const scalers = await parse('target,column,mean,scale\na,x,1,2\na,y,100,50\nb,y,0,5\nb,x,10,10\nc,x,0,1\n');
  const shape = { intervals: 2, width: 2 };
  const input = { columns: ['x', 'y'], normalize: ZSCORE };
  const normalizer = createSeriesNormalizer(input, shape, 2, scalers);
  const normalized = (target: string): number[] => {
    const out = new Float32Array(4);
    assert.ok(normalizer.turnTo(target, null));
    assert.ok(normalizer.normalize(Float64Array.of(3, 150, 0.1, 0), out, 0));
    const sliding = new Float32Array(4);
    normalizer.sliding.begin(Float64Array.of(9, 9, 3, 150, 0.1, 0));
    assert.ok(normalizer.sliding.normalize(1, sliding, 0));
    assert.deepEqual(sliding, out);
    return [...out];
  };
  assert.deepEqual(normalized('a'), [1, 1, Math.fround((0.1 - 1) / 2), -2]);
  assert.deepEqual(normalized('b'), [Math.fround(-0.7), 30, Math.fround(-0.99), 0]);
  assert.equal(normalizer.turnTo('c', null), false);
  assert.deepEqual(normalizer.problemOf('c', null), {
    errno: 'no_scaler',
    errmsg: 'scalers.csv has no row for target c, column y',
  });
  assert.equal(normalizer.problemOf('a', null), null);
});
