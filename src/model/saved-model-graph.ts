import type { Graph, GraphFunction, GraphNode } from './graph.js';
import { protobufMessage, type Message } from './protobuf.js';

/** A graph of a `saved_model.pb`. */
export interface TaggedGraph {
  readonly tags: readonly string[];
  readonly graph: Graph;
}

/**
 * The graphs in a `saved_model.pb` that TensorFlow was able to load. The comments name the fields.
 *
 * Source: tensorflow/core/protobuf/{saved_model,meta_graph}.proto,
 * tensorflow/core/framework/{graph,function,op_def,node_def,attr_value,tensor}.proto
 */
export function savedModelGraphs(bytes: Uint8Array): TaggedGraph[] {
  return protobufMessage(bytes)
    .messages(2 /* meta_graphs */)
    .map((metaGraph) => ({
      tags: metaGraph.messages(1 /* meta_info_def */).flatMap((info) => info.texts(4 /* tags */)),
      graph: graphOf(metaGraph.messages(2 /* graph_def */)),
    }));
}

/** @param parts one, unless a writer split the message */
function graphOf(parts: readonly Message[]): Graph {
  const libraries = parts.flatMap((part) => part.messages(2 /* library */));
  const functions = libraries.flatMap((library) => library.messages(1 /* function */));
  return {
    nodes: parts.flatMap((part) => part.messages(1 /* node */)).map(nodeOf),
    functions: new Map(functions.map(functionOf)),
  };
}

function functionOf(message: Message): [name: string, content: GraphFunction] {
  const [signature] = message.messages(1 /* signature */);
  const parameters = signature?.messages(2 /* input_arg */) ?? [];
  const outputs = signature?.messages(3 /* output_arg */) ?? [];
  const results = new Map(
    message.messages(4 /* ret */).map((entry) => [entry.text(1 /* key */), entry.text(2 /* value */)]),
  );
  return [
    signature?.text(1 /* name */) ?? '',
    {
      parameters: parameters.map((parameter) => parameter.text(1 /* name */)),
      nodes: message.messages(3 /* node_def */).map(nodeOf),
      results: outputs.map((output) => results.get(output.text(1 /* name */)) ?? ''),
    },
  ];
}

function nodeOf(message: Message): GraphNode {
  const op = message.text(2 /* op */);
  const functions: { attribute: string; name: string }[] = [];
  let truth: boolean | null = null;
  for (const entry of message.messages(5 /* attr */)) {
    for (const value of entry.bytes(2 /* value */)) {
      const names = functionNames(value);
      if (names.length === 0 && op !== 'Const') continue;
      const attribute = entry.text(1 /* key */);
      functions.push(...names.map((name) => ({ attribute, name })));
      if (op === 'Const' && attribute === 'value') truth = truthOf(protobufMessage(value));
    }
  }
  return { name: message.text(1 /* name */), op, inputs: message.texts(3 /* input */), functions, truth };
}

/** First bytes of an attribute's value, which has one field; most have a type or shapes, not worth reading. */
const [LIST_TAG, FUNC_TAG] = [1 * 8 + 2, 10 * 8 + 2];

function functionNames(attribute: Uint8Array): string[] {
  if (attribute[0] !== LIST_TAG && attribute[0] !== FUNC_TAG) return [];
  const value = protobufMessage(attribute);
  const several = value.messages(1 /* list */).flatMap((list) => list.messages(9 /* func */));
  return [...value.messages(10 /* func */), ...several].map((named) => named.text(1 /* name */));
}

const DT_BOOL = 10;

/** The value of a constant that is one boolean. */
function truthOf(attribute: Message): boolean | null {
  const [tensor] = attribute.messages(8 /* tensor */);
  if (tensor?.numbers(1 /* dtype */)[0] !== DT_BOOL) return null;
  const [packed] = [...tensor.bytes(4 /* tensor_content */), ...tensor.bytes(11 /* bool_val */)];
  const value = packed === undefined ? tensor.numbers(11 /* bool_val */)[0] : packed[0];
  return value === 1; // what is 0 is not written
}
