import { AiopsError } from '../../core/errors.js';
import type { Graph } from '../../model/graph.js';
import { statefulUse, type StatefulUse } from '../../model/graph-state.js';

/**
 * @param outputs names of the tensors that answer
 * @param what names the model in messages
 * @throws AiopsError 'model' if answers depend on state that calls change, or on random numbers
 */
export function expectStateless(graph: Graph, outputs: readonly string[], what: string): void {
  const use = statefulUse(graph, outputs);
  if (use === null) return;
  const { text, hint } = KINDS[use.kind](use);
  throw new AiopsError('model', `${what} ${text}`, { hint });
}

type Explain = (use: StatefulUse) => { readonly text: string; readonly hint: string };

const KINDS: Readonly<Record<StatefulUse['kind'], Explain>> = {
  variable: ({ op, node }) => ({
    text: `changes ${node} in each call (${op}) and computes its outputs from it, so that answers depend on earlier calls`,
    hint: 'save it without state: stateful=False in recurrent layers (the weights stay the same), training=False in layers that learn statistics, no tf.Variable or table that the signature changes; what an answer needs of earlier intervals belongs in its window',
  }),
  random: ({ op, node }) => ({
    text: `computes its outputs from random numbers (${op} at ${node}), so that the same item gets another answer each time`,
    hint: 'save it with training=False, which turns dropout and noise off; from a variational autoencoder return the mean, not a sample',
  }),
  queue: ({ op, node }) => ({
    text: `computes its outputs from a queue or an iterator (${op} at ${node}), so that answers depend on earlier calls`,
    hint: 'save a signature that computes its outputs from its input, without an input pipeline',
  }),
};
