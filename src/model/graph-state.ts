import { sourceOf, type Graph, type GraphFunction, type GraphNode } from './graph.js';

/** What makes a graph's answers depend on more than its input. */
export interface StatefulUse {
  readonly kind: 'variable' | 'random' | 'queue';
  readonly op: string;
  /** The node, for a variable that of the variable. */
  readonly node: string;
}

const HANDLES = /^(VarHandleOp|Variable(V2)?|(Anonymous)?(Mutable)?(Dense)?HashTable.*)$/;
const WRITES =
  /^(Assign.*|(Sparse)?Apply[A-Z].*|Resource(Sparse)?Apply.*|Resource(Scatter|StridedSliceAssign|CountUpTo).*|CountUpTo|StridedSliceAssign|Scatter(Nd)?(Add|Sub|Mul|Div|Min|Max|Update)|LookupTable(Insert|Remove|Import).*)$/;
/** They return the handle that they are given. */
const PASSING =
  /^(Identity|IdentityN|Enter|RefEnter|Exit|RefExit|Merge|RefMerge|NextIteration|Switch|RefSwitch|Assign(Add|Sub)?)$/;
const RANDOM =
  /^(Random(Uniform|UniformInt|StandardNormal|Gamma|Poisson|PoissonV2|Shuffle)|TruncatedNormal|ParameterizedTruncatedNormal|Multinomial|Stateful(Uniform.*|StandardNormal.*|TruncatedNormal|RandomBinomial)|NonDeterministicInts|Rng.*Skip|Timestamp)$/;
const QUEUE = /^(Queue(Enqueue|Dequeue).*|Stage|Unstage|IteratorGetNext.*|ReaderRead.*)$/;

/** What is known of an input: the variables that it may be a handle of, and its value if that is always the same. */
interface Source {
  readonly handles: ReadonlySet<string>;
  readonly truth: boolean | null;
}

const UNKNOWN: Source = { handles: new Set(), truth: null };

/**
 * Finds state that the outputs of a graph depend on: a variable or table that a call changes and that the outputs are
 * computed from, random numbers, queues. A branch that a constant excludes does not count.
 *
 * @param outputs names of tensors, such as `StatefulPartitionedCall:0`
 */
export function statefulUse(graph: Graph, outputs: readonly string[]): StatefulUse | null {
  const search = new Search(graph.functions);
  search.visit({ nodes: graph.nodes, results: outputs, parameters: [] }, [], true, false);
  return search.found();
}

class Search {
  readonly #functions: Graph['functions'];
  readonly #written = new Map<string, string>();
  readonly #read = new Set<string>();
  readonly #visited = new Set<string>();
  #direct: StatefulUse | null = null;

  constructor(functions: Graph['functions']) {
    this.#functions = functions;
  }

  found(): StatefulUse | null {
    for (const [node, op] of this.#written) if (this.#read.has(node)) return { kind: 'variable', op, node };
    return this.#direct;
  }

  /**
   * @param isUsed whether outputs are computed from the results
   * @param runsWhole whether all nodes run: those of a function do, of a graph only what its results need
   */
  visit(body: GraphFunction, given: readonly Source[], isUsed: boolean, runsWhole: boolean): void {
    const scope = new Scope(body, given);
    const used = isUsed ? scope.needed(false) : new Set<GraphNode>();
    for (const node of runsWhole ? body.nodes : scope.needed(true)) this.#look(scope, node, used.has(node));
  }

  #look(scope: Scope, node: GraphNode, isUsed: boolean): void {
    const { op, name, inputs, functions } = node;
    if (functions.length > 0) return this.#call(scope, node, isUsed);
    const handles = WRITES.test(op) ? scope.source(inputs[0] ?? '').handles : null;
    for (const handle of handles ?? []) this.#written.set(handle, op);
    if (!isUsed || handles !== null || PASSING.test(op)) return;
    if (RANDOM.test(op)) this.#direct ??= { kind: 'random', op, node: name };
    else if (QUEUE.test(op)) this.#direct ??= { kind: 'queue', op, node: name };
    for (const input of inputs) for (const handle of scope.source(input).handles) this.#read.add(handle);
  }

  #call(scope: Scope, { op, inputs, functions }: GraphNode, isUsed: boolean): void {
    const isChoice = op === 'If' || op === 'StatelessIf';
    const truth = isChoice ? scope.source(inputs[0] ?? '').truth : null;
    const given = inputs.slice(isChoice || op.endsWith('Case') ? 1 : 0).map((input) => scope.source(input));
    for (const { attribute, name } of functions) {
      const excluded = truth !== null && attribute === (truth ? 'else_branch' : 'then_branch');
      const body = this.#functions.get(name);
      const key = JSON.stringify([
        name,
        isUsed,
        given.map(({ handles, truth: value }) => [[...handles], value]),
      ]);
      if (excluded || body === undefined || this.#visited.has(key)) continue;
      this.#visited.add(key);
      this.visit(body, given, isUsed, true);
    }
  }
}

/** The nodes of a graph or of a call of a function. */
class Scope {
  readonly #nodes: ReadonlyMap<string, GraphNode>;
  readonly #given: ReadonlyMap<string, Source>;
  readonly #results: readonly string[];
  readonly #sources = new Map<string, Source>();
  readonly #excluded = new Map<string, boolean>();

  constructor({ nodes, parameters, results }: GraphFunction, given: readonly Source[]) {
    this.#nodes = new Map(nodes.map((node) => [node.name, node]));
    this.#given = new Map(parameters.map((name, i) => [name, given[i] ?? UNKNOWN]));
    this.#results = results;
  }

  /** The nodes that the results are computed from; with `toRun`, also those that only have to run before. */
  needed(toRun: boolean): ReadonlySet<GraphNode> {
    const found = new Set<GraphNode>();
    const open = [...this.#results];
    for (let input = open.pop(); input !== undefined; input = open.pop()) {
      const node = this.#nodes.get(sourceOf(input));
      if (node === undefined || found.has(node) || (input.startsWith('^') && !toRun)) continue;
      found.add(node);
      open.push(...node.inputs.filter((one) => node.op !== 'Merge' || !this.#isExcluded(one)));
    }
    return found;
  }

  source(input: string): Source {
    const name = sourceOf(input);
    const known = this.#given.get(name) ?? this.#sources.get(name);
    if (known !== undefined) return known;
    this.#sources.set(name, UNKNOWN); // ends a cycle
    const found = this.#sourceOf(this.#nodes.get(name));
    this.#sources.set(name, found);
    return found;
  }

  #sourceOf(node: GraphNode | undefined): Source {
    if (node === undefined) return UNKNOWN;
    const { op, name, inputs, truth } = node;
    if (HANDLES.test(op)) return { handles: new Set([name]), truth: null };
    if (op === 'Const') return { ...UNKNOWN, truth };
    if (op === 'PlaceholderWithDefault') return { ...UNKNOWN, truth: this.source(inputs[0] ?? '').truth };
    if (!PASSING.test(op)) return UNKNOWN;
    const sources = inputs.map((input) => this.source(input));
    const handles = new Set(sources.flatMap((one) => [...one.handles]));
    return { handles, truth: op === 'Identity' ? (sources[0]?.truth ?? null) : null };
  }

  /** Whether a tensor never has a value, because a Switch with a constant sends it elsewhere. */
  #isExcluded(input: string): boolean {
    const known = this.#excluded.get(input);
    if (known !== undefined) return known;
    this.#excluded.set(input, false); // ends a cycle
    const node = this.#nodes.get(sourceOf(input));
    const found = node !== undefined && this.#neverRuns(node, input);
    this.#excluded.set(input, found);
    return found;
  }

  #neverRuns({ op, inputs }: GraphNode, tensor: string): boolean {
    const truth = op === 'Switch' || op === 'RefSwitch' ? this.source(inputs[1] ?? '').truth : null;
    if (truth !== null && tensor.endsWith(':1') !== truth) return true;
    const test = (input: string): boolean => this.#isExcluded(input);
    return op === 'Merge' ? inputs.length > 0 && inputs.every(test) : inputs.some(test);
  }
}
