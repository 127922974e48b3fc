import * as z from 'zod';

import { sourceOf, type Graph, type GraphFunction } from './graph.js';

/** The last operation of an output, where it says what the numbers are: shares of 1, or one share for each number. */
export type Ending = 'softmax' | 'sigmoid';

const ENDINGS: Readonly<Record<string, Ending>> = { Softmax: 'softmax', Sigmoid: 'sigmoid' };
/** They return the numbers of their first input. */
const KEEPING = /^(Identity|Reshape|Squeeze|ExpandDims|Cast|StopGradient|EnsureShape)$/;

/** @param output a tensor, such as `StatefulPartitionedCall:0` */
export function graphEnding({ nodes, functions }: Graph, output: string): Ending | null {
  let body: Pick<GraphFunction, 'nodes'> = { nodes };
  let tensor: string | undefined = output;
  for (let steps = 0; tensor !== undefined && steps < MOST_STEPS; steps++) {
    const name = sourceOf(tensor);
    const node = body.nodes.find((one) => one.name === name);
    if (node === undefined) return null;
    const called = functions.get(node.functions[0]?.name ?? '');
    if (/^(Stateful)?PartitionedCall$/.test(node.op) && called !== undefined) {
      tensor = called.results[indexOf(tensor)];
      body = called;
    } else if (node.op === 'IdentityN') tensor = node.inputs[indexOf(tensor)];
    else if (KEEPING.test(node.op)) tensor = node.inputs[0];
    else return ENDINGS[node.op] ?? null;
  }
  return null;
}

/** More than any chain of such nodes; a graph with a cycle has no end. */
const MOST_STEPS = 1000;

/** The place of a tensor among the outputs of its node: `node:1`, in functions `node:output:1`. */
function indexOf(tensor: string): number {
  return Number(/:(\d+)$/.exec(tensor)?.[1] ?? 0);
}

interface Layer {
  readonly class_name: string;
  readonly config: LayerConfig;
  readonly inbound_nodes?: unknown;
}

interface LayerConfig {
  readonly name?: string | undefined;
  readonly activation?: unknown;
  readonly layer?: Layer | undefined;
  readonly layers?: readonly Layer[] | undefined;
  readonly output_layers?: unknown;
}

const layer: z.ZodType<Layer> = z.lazy(() =>
  z.looseObject({
    class_name: z.string(),
    config: z.looseObject({
      name: z.string().optional(),
      activation: z.unknown().optional(),
      layer: layer.optional(),
      layers: z.array(layer).optional(),
      output_layers: z.unknown().optional(),
    }),
    inbound_nodes: z.unknown().optional(),
  }),
);

/** Layers that return the numbers of their only input. */
const KEEPING_LAYERS = /^(Reshape|Flatten|Permute|Dropout)$/;

/**
 * The endings of a layers-model, by the names of the layers that are its outputs.
 *
 * @param topology the `modelTopology` of a `model.json`
 */
export function layersEndings(topology: Readonly<Record<string, unknown>>): ReadonlyMap<string, Ending> {
  const model = layer.safeParse(topology['model_config'] ?? topology).data;
  const found = new Map<string, Ending>();
  for (const one of model === undefined ? [] : outputLayers(model)) {
    const ending = layerEnding(one, model?.config.layers ?? []);
    if (ending !== null) found.set(one.config.name ?? '', ending);
  }
  return found;
}

function outputLayers({ class_name: kind, config: { layers = [], output_layers: named } }: Layer): Layer[] {
  if (kind === 'Sequential') return layers.slice(-1);
  const names = namesIn(named);
  return layers.filter(({ config }) => names.includes(config.name));
}

/** Of `[["dense", 0, 0], …]`, or of one such list. */
function namesIn(references: unknown): unknown[] {
  if (!(references instanceof Array)) return [];
  return typeof references[0] === 'string' ? [references[0]] : references.flatMap(namesIn);
}

function layerEnding(one: Layer, siblings: readonly Layer[]): Ending | null {
  const { class_name: kind, config } = one;
  if (kind === 'Softmax') return 'softmax';
  if (KEEPING_LAYERS.test(kind)) {
    const [name] = namesIn(one.inbound_nodes);
    const before =
      name === undefined
        ? siblings[siblings.indexOf(one) - 1]
        : siblings.find((other) => other.config.name === name);
    return before === undefined ? null : layerEnding(before, siblings);
  }
  if (config.layers !== undefined) {
    const [last, ...others] = outputLayers(one);
    return last === undefined || others.length > 0 ? null : layerEnding(last, config.layers);
  }
  if (kind === 'TimeDistributed' && config.layer !== undefined) return layerEnding(config.layer, []);
  const { activation } = config;
  return activation === 'softmax' || activation === 'sigmoid' ? activation : null;
}
