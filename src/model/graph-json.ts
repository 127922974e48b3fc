import type { Graph, GraphNode } from './graph.js';

/** The graph in the `modelTopology` of a graph-model, a GraphDef as JSON. */
export function graphOfJson(topology: Readonly<Record<string, unknown>>): Graph {
  const { node = [], library } = topology as GraphJson;
  const functions = (library?.function ?? []).map(({ signature, nodeDef = [], ret = {} }) => {
    const parameters = (signature?.inputArg ?? []).map(({ name = '' }) => name);
    const results = (signature?.outputArg ?? []).map(({ name = '' }) => ret[name] ?? '');
    const content = { parameters, nodes: nodeDef.map(nodeOf), results };
    return [signature?.name ?? '', content] as const;
  });
  return { nodes: node.map(nodeOf), functions: new Map(functions) };
}

function nodeOf({ name = '', op = '', input = [], attr = {} }: NodeJson): GraphNode {
  const functions = Object.entries(attr).flatMap(([attribute, { func, list }]) =>
    [func, ...(list?.func ?? [])].flatMap((one) =>
      one?.name === undefined ? [] : { attribute, name: one.name },
    ),
  );
  // Constants are among the weights.
  return { name, op, inputs: input, functions, truth: null };
}

interface GraphJson {
  readonly node?: readonly NodeJson[];
  readonly library?: { readonly function?: readonly FunctionJson[] };
}

interface FunctionJson {
  readonly signature?: {
    readonly name?: string;
    readonly inputArg?: readonly Named[];
    readonly outputArg?: readonly Named[];
  };
  readonly nodeDef?: readonly NodeJson[];
  readonly ret?: Readonly<Record<string, string>>;
}

interface NodeJson extends Named {
  readonly op?: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, AttributeJson>>;
}

interface AttributeJson {
  readonly func?: Named;
  readonly list?: { readonly func?: readonly Named[] };
}

interface Named {
  readonly name?: string;
}
