import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { operationsOf } from '#build/model/graph.js';
import { savedModelGraphs } from '#build/model/saved-model-graph.js';
import { ROOT } from '../support/cli.js';

/** A field that holds bytes. */
function field(number: number, ...content: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([Buffer.of(number * 8 + 2, 128 | (bytes.length % 128), bytes.length >> 7), bytes]);
}

const text = (number: number, content: string): Buffer => field(number, Buffer.from(content));

/** Fields that nothing here reads, of every type. */
const OTHERS = Buffer.of(
  ...[7 * 8, 150, 1],
  ...[9 * 8 + 1, 1, 2, 3, 4, 5, 6, 7, 8],
  ...[9 * 8 + 5, 18, 18, 18, 18],
);

const node = (name: string, op: string, ...more: readonly Buffer[]): Buffer =>
  Buffer.concat([text(1, name), text(2, op), ...more]);

const attribute = (key: string, value: Buffer): Buffer => field(5, text(1, key), field(2, value));

suite('the graph of a SavedModel', () => {
  test('is read field by field, whatever else it holds', () => {
    const call = attribute('f', field(10, text(1, 'body')));
    const choice = attribute('branches', field(1, field(9, text(1, 'one')), field(9, text(1, 'two'))));
    const signature = field(1, text(1, 'body'), field(2, text(1, 'x')), field(3, text(1, 'y')));
    const returned = field(4, text(1, 'y'), text(2, 'sum:z:0'));
    const body = field(
      1,
      OTHERS,
      signature,
      field(3, node('sum', 'AddV2', text(3, 'x'), text(3, '^x'))),
      returned,
    );
    const graph = Buffer.concat([
      field(1, node('call', 'PartitionedCall', text(3, 'in:1'), call, OTHERS)),
      field(1, node('case', 'Case', choice)),
      field(2, body),
    ]);
    const info = field(1, OTHERS, text(4, 'serve'), text(4, 'gpu'));
    const [found, ...more] = savedModelGraphs(
      Buffer.concat([OTHERS, field(2, info, OTHERS, field(2, graph))]),
    );
    assert.deepEqual(more, []);
    assert.deepEqual(found?.tags, ['serve', 'gpu']);
    const inBody = { name: 'sum', op: 'AddV2', inputs: ['x', '^x'], functions: [], truth: null };
    assert.deepEqual(found.graph, {
      nodes: [
        {
          ...{ name: 'call', op: 'PartitionedCall', inputs: ['in:1'], truth: null },
          functions: [{ attribute: 'f', name: 'body' }],
        },
        {
          ...{ name: 'case', op: 'Case', inputs: [], truth: null },
          functions: [
            { attribute: 'branches', name: 'one' },
            { attribute: 'branches', name: 'two' },
          ],
        },
      ],
      functions: new Map([['body', { parameters: ['x'], nodes: [inBody], results: ['sum:z:0'] }]]),
    });
    assert.deepEqual([...operationsOf(found.graph)], ['PartitionedCall', 'Case', 'AddV2']);
    assert.throws(() => savedModelGraphs(Buffer.of(3)), /type 3/);
  });

  test('constants that are one boolean have a value', () => {
    const bool = Buffer.of(8, 10);
    const truthOf = (op: string, ...tensor: readonly Buffer[]): boolean | null | undefined => {
      const graph = field(2, field(1, node('c', op, attribute('value', field(8, ...tensor)))));
      return savedModelGraphs(field(2, graph))[0]?.graph.nodes[0]?.truth;
    };
    assert.equal(truthOf('Const', bool, Buffer.of(11 * 8, 1)), true);
    assert.equal(truthOf('Const', bool, field(11, Buffer.of(1))), true);
    assert.equal(truthOf('Const', bool, field(4, Buffer.of(1))), true);
    assert.equal(truthOf('Const', bool, field(4, Buffer.of(0))), false);
    assert.equal(truthOf('Const', bool), false);
    assert.equal(truthOf('Const', Buffer.of(8, 1), field(4, Buffer.of(1, 0, 0, 0))), null);
    assert.equal(truthOf('Other', bool), null);
  });

  test('Python’s are read whole', () => {
    const file = readFileSync(join(ROOT, 'fixtures/models/independent/saved_model.pb'));
    const [found, ...more] = savedModelGraphs(file);
    assert.deepEqual(more, []);
    assert.ok(found !== undefined);
    const { nodes, functions } = found.graph;
    const called = [...nodes, ...[...functions.values()].flatMap((one) => one.nodes)].flatMap(
      (one) => one.functions,
    );
    assert.ok(called.length > 10);
    for (const { name } of called) assert.ok(functions.has(name), name);
    for (const { results, nodes: own, parameters } of functions.values()) {
      const names = new Set([...parameters, ...own.map(({ name }) => name)]);
      for (const result of results) assert.ok(names.has(result.split(':')[0]!), result);
    }
  });
});
