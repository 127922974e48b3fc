/** A node of a TensorFlow graph, as far as this program looks at it. */
export interface GraphNode {
  readonly name: string;
  /** Its operation. */
  readonly op: string;
  /** Tensors, `node`, `node:1` or in functions `node:output:0`, and nodes that have to run before: `^node`. */
  readonly inputs: readonly string[];
  /** The functions that it calls, by attribute. */
  readonly functions: readonly { readonly attribute: string; readonly name: string }[];
  /** Of a constant; null: unknown, or none. */
  readonly truth: boolean | null;
}

export interface GraphFunction {
  readonly parameters: readonly string[];
  readonly nodes: readonly GraphNode[];
  /** Tensors that it returns, in the order of its outputs. */
  readonly results: readonly string[];
}

/** A TensorFlow graph with the functions that its nodes call. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly functions: ReadonlyMap<string, GraphFunction>;
}

/** The operations of a graph and of its functions. */
export function operationsOf({ nodes, functions }: Graph): Set<string> {
  const inFunctions = [...functions.values()].flatMap((one) => one.nodes);
  return new Set([...nodes, ...inFunctions].map(({ op }) => op));
}

/** The name of the node or parameter that an input comes from. */
export function sourceOf(input: string): string {
  const end = input.indexOf(':');
  return input.slice(input.startsWith('^') ? 1 : 0, end < 0 ? input.length : end);
}
