import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { Graph, GraphFunction, GraphNode } from '#build/model/graph.js';
import { statefulUse } from '#build/model/graph-state.js';

type Parts = Partial<Omit<GraphNode, 'name' | 'op' | 'inputs'>>;

const node = (name: string, op: string, inputs: readonly string[] = [], parts: Parts = {}): GraphNode => ({
  ...{ name, op, inputs, functions: [], truth: null },
  ...parts,
});
const call = (
  name: string,
  op: string,
  inputs: readonly string[],
  functions: Readonly<Record<string, string>>,
): GraphNode =>
  node(name, op, inputs, {
    functions: Object.entries(functions).map(([attribute, called]) => ({ attribute, name: called })),
  });
const body = (
  parameters: readonly string[],
  nodes: readonly GraphNode[],
  results: readonly string[],
): GraphFunction => ({
  ...{ parameters, nodes, results },
});
const graph = (
  nodes: readonly GraphNode[],
  functions: Readonly<Record<string, GraphFunction>> = {},
): Graph => ({
  ...{ nodes, functions: new Map(Object.entries(functions)) },
});

const X = node('x', 'Placeholder');
const COUNTER = node('counter', 'VarHandleOp');
const ADDED = node('added', 'AssignAddVariableOp', ['counter', 'one']);
const NOISE = node('noise', 'RandomUniform', ['shape']);
const IN_COUNTER = { kind: 'variable', op: 'AssignAddVariableOp', node: 'counter' };
const IN_NOISE = { kind: 'random', op: 'RandomUniform', node: 'noise' };

suite('state in a graph', () => {
  test('a variable that is written and read', () => {
    const read = node('read', 'ReadVariableOp', ['counter', '^added']);
    const nodes = [X, COUNTER, ADDED, read, node('y', 'AddV2', ['x', 'read'])];
    assert.deepEqual(statefulUse(graph(nodes), ['y:0']), IN_COUNTER);
    assert.equal(statefulUse(graph(nodes), ['x:0']), null, 'what the outputs need only');
  });

  test('not one that is only written, or only read', () => {
    const written = node('y', 'Identity', ['x', '^added']);
    assert.equal(statefulUse(graph([X, COUNTER, ADDED, written]), ['y']), null);
    const read = node('read', 'ReadVariableOp', ['counter']);
    assert.equal(statefulUse(graph([X, COUNTER, read, node('y', 'Mul', ['x', 'read'])]), ['y']), null);
    const initialized = [X, COUNTER, ADDED, read, node('y', 'Mul', ['x', 'read'])];
    assert.equal(statefulUse(graph(initialized), ['y']), null, 'as by an initializer');
  });

  test('a variable of TensorFlow 1, a table, a queue', () => {
    const counted = [
      X,
      node('c', 'VariableV2'),
      node('one', 'Const'),
      node('added', 'AssignAdd', ['c', 'one']),
    ];
    const found = statefulUse(graph([...counted, node('y', 'Add', ['x', 'added'])]), ['y']);
    assert.deepEqual(found, { kind: 'variable', op: 'AssignAdd', node: 'c' });
    const table = [X, node('t', 'MutableHashTableV2'), node('put', 'LookupTableInsertV2', ['t', 'x', 'x'])];
    const looked = node('y', 'LookupTableFindV2', ['t', 'x', 'x', '^put']);
    assert.equal(statefulUse(graph([...table, looked]), ['y'])?.op, 'LookupTableInsertV2');
    const queue = [node('q', 'FIFOQueueV2'), node('y', 'QueueDequeueV2', ['q'])];
    assert.deepEqual(statefulUse(graph(queue), ['y']), { kind: 'queue', op: 'QueueDequeueV2', node: 'y' });
  });

  test('random numbers that reach the outputs', () => {
    assert.deepEqual(statefulUse(graph([X, NOISE, node('y', 'Mul', ['x', 'noise'])]), ['y']), IN_NOISE);
    assert.equal(statefulUse(graph([X, NOISE, node('y', 'Mul', ['x', 'x', '^noise'])]), ['y']), null);
    const stateless = node('noise', 'StatelessRandomUniformV2', ['shape']);
    assert.equal(statefulUse(graph([X, stateless, node('y', 'Mul', ['x', 'noise'])]), ['y']), null);
  });

  test('in functions, handles are those of the caller', () => {
    const inner = body(
      ['a', 'v'],
      [
        node('one', 'Const'),
        node('add', 'AssignAddVariableOp', ['v', 'one']),
        node('read', 'ReadVariableOp', ['v', '^add']),
        node('sum', 'AddV2', ['a', 'read:value:0']),
      ],
      ['sum:z:0'],
    );
    const outer = body(
      ['a', 'v'],
      [call('in', 'PartitionedCall', ['a', 'v'], { f: 'inner' })],
      ['in:output:0'],
    );
    const y = call('y', 'StatefulPartitionedCall', ['x', 'counter'], { f: 'outer' });
    assert.deepEqual(statefulUse(graph([X, COUNTER, y], { inner, outer }), ['y:0']), IN_COUNTER);
    const write = body(['v'], [node('one', 'Const'), node('add', 'AssignAddVariableOp', ['v', 'one'])], []);
    const others = [
      X,
      COUNTER,
      node('other', 'VarHandleOp'),
      call('write', 'PartitionedCall', ['other'], { f: 'write' }),
    ];
    const read = node('read', 'ReadVariableOp', ['counter', '^write']);
    assert.equal(
      statefulUse(graph([...others, read, node('y', 'Mul', ['x', 'read'])], { write }), ['y']),
      null,
    );
  });

  test('a loop and a function that call themselves end', () => {
    const step = body(
      ['v'],
      [node('add', 'AssignVariableOp', ['v', 'v']), call('again', 'PartitionedCall', ['v'], { f: 'step' })],
      ['again'],
    );
    const loop = call('y', 'While', ['counter'], { body: 'step', cond: 'missing' });
    assert.equal(statefulUse(graph([COUNTER, loop], { step }), ['y']), null);
    const cycle = [
      node('enter', 'Enter', ['x']),
      node('m', 'Merge', ['enter', 'n']),
      node('n', 'NextIteration', ['m']),
      node('y', 'Exit', ['m']),
    ];
    assert.equal(statefulUse(graph([X, ...cycle]), ['y']), null);
  });

  test('a branch counts unless a constant excludes it', () => {
    const branches = {
      random: body(['a'], [NOISE, node('sum', 'AddV2', ['a', 'noise:output:0'])], ['sum:z:0']),
      plain: body(['a'], [], ['a']),
    };
    const chosenBy = (...test: readonly GraphNode[]): unknown => {
      const y = call('y', 'If', ['test', 'x'], { then_branch: 'random', else_branch: 'plain' });
      return statefulUse(graph([X, ...test, y], branches), ['y']);
    };
    const constant = (truth: boolean | null, name = 'test'): GraphNode => node(name, 'Const', [], { truth });
    assert.equal(chosenBy(constant(false)), null);
    assert.deepEqual(chosenBy(constant(true)), IN_NOISE);
    assert.deepEqual(chosenBy(constant(null)), IN_NOISE);
    assert.deepEqual(chosenBy(node('test', 'Greater', ['x', 'x'])), IN_NOISE);
    const withDefault = node('test', 'PlaceholderWithDefault', ['default']);
    assert.equal(chosenBy(constant(false, 'default'), withDefault), null);
  });

  test('a branch of TensorFlow 1, too', () => {
    const chosenBy = (learning: GraphNode): unknown => {
      const nodes = [
        ...[X, learning, node('switch', 'Switch', ['x', 'learning']), node('on', 'Identity', ['switch:1'])],
        ...[node('shape', 'Const', ['^on']), NOISE, node('dropout', 'Mul', ['on', 'noise'])],
        ...[node('kept', 'Identity', ['switch']), node('y', 'Merge', ['kept', 'dropout'])],
      ];
      return statefulUse(graph(nodes), ['y:0']);
    };
    assert.equal(chosenBy(node('learning', 'Const', [], { truth: false })), null);
    assert.deepEqual(chosenBy(node('learning', 'Const', [], { truth: true })), IN_NOISE);
    assert.deepEqual(chosenBy(node('learning', 'Placeholder')), IN_NOISE);
  });
});
