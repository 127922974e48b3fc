import { isObject, own, parseJsonLine, type JsonObject } from '../../text/json-value.js';
import { RECORD_FORMS } from '../../lines/reject-remedies.js';
import { jqCommand, type Foreign } from './foreign.js';
import { recordsPath } from './json-around.js';
import { pandasJson } from './pandas-json.js';
import { words } from '../words.js';

/** What a monitoring system writes, and the jq filter that makes records of it, in time order. */
interface Answer {
  readonly what: string;
  readonly filter: string;
  readonly isIt: (value: unknown) => boolean;
}

const IN_ORDER = 'sort_by(.time)[]';

const ANSWERS: readonly Answer[] = [
  {
    what: 'an answer of Grafana',
    filter:
      '[.results[].frames[] | .schema.fields as $f | .data.values as $v | ($f | map(.type) | index("time")) as $t' +
      ' | range($f | length) as $k | select($f[$k].type == "number") | range($v[$t] | length) as $i' +
      ' | ($f[$k].labels // {}) + ([range($f | length) as $s | select($f[$s].type == "string") | {($f[$s].name): $v[$s][$i]}] | add // {})' +
      ` + {time: $v[$t][$i], ($f[$k].name): $v[$k][$i]}] | ${IN_ORDER}`,
    isIt: (value) =>
      Object.values(at(value, 'results') ?? {}).some((one) =>
        objectsIn(one, 'frames').some((frame) => objectsIn(own(frame, 'schema'), 'fields').some(isTime)),
      ),
  },
  {
    what: 'an answer of InfluxDB',
    filter:
      '[.results[].series[] | (.tags // {}) as $t | .columns as $c | .values[] | . as $v' +
      ` | $t + ([range($c | length) as $k | {($c[$k]): $v[$k]}] | add)] | ${IN_ORDER}`,
    isIt: (value) =>
      objectsIn(value, 'results').some((one) =>
        objectsIn(one, 'series').some((series) => listIn(series, 'columns').includes('time')),
      ),
  },
  {
    what: 'an answer of Graphite',
    filter: `[.[] | .target as $t | .datapoints[] | {time: .[1], target: $t, value: .[0]}] | ${IN_ORDER}`,
    isIt: (value) =>
      objectsOf(value).some(
        (one) => typeof own(one, 'target') === 'string' && Array.isArray(own(one, 'datapoints')),
      ),
  },
  {
    what: 'an export of OpenTelemetry',
    filter:
      '[.resourceMetrics[] | .resource.attributes as $r | .scopeMetrics[].metrics[] | .name as $n' +
      ' | (.gauge // .sum // {dataPoints: []}).dataPoints[]' +
      ` | {time: .timeUnixNano, resource: $r, attributes, ($n): (.asDouble // .asInt)}] | ${IN_ORDER}`,
    isIt: (value) =>
      objectsIn(value, 'resourceMetrics').some((one) =>
        objectsIn(one, 'scopeMetrics').some((scope) =>
          objectsIn(scope, 'metrics').some((metric) =>
            ['gauge', 'sum'].some((kind) => isObject(own(metric, kind))),
          ),
        ),
      ),
  },
];

/** What `sadf -j` writes: a document, with its time beside the statistics and in two parts. */
const SYSSTAT: Foreign = {
  what: 'the JSON of sysstat',
  command: null,
  output: 'columns.csv',
  remedy: 'export one activity as CSV: sadf -d DATAFILE -- -u',
  isSure: true,
};

/** What servers answer when a query fails, such as InfluxDB's `{"code":"unauthorized","message":"…"}`. */
function serverError(value: unknown): Foreign | null {
  const message = at(value, 'message') ?? at(value, 'error');
  if (typeof message !== 'string' || !Object.keys(value as JsonObject).every((key) => ERROR_KEYS.has(key)))
    return null;
  const what = `an answer that reports an error ("${message.slice(0, 200)}")`;
  const remedy = 'correct what it complains about, and export the data again';
  return { what, command: null, output: 'lines.jsonl', remedy, isSure: true };
}

const ERROR_KEYS = new Set(
  words(`code message error err errors op line len status statusCode traceID messageId`),
);

const JSON_LINES = { output: 'lines.jsonl', remedy: RECORD_FORMS } as const;

/**
 * What JSON is that has no records on its lines, by the beginning of its text. `areRecords` says whether the elements
 * of a list are records. Null: nothing is known of it.
 */
export function foreignJson(
  text: string,
  areRecords: (elements: readonly JsonObject[]) => boolean,
): Foreign | null {
  const value = firstValue(text);
  const answer = ANSWERS.find(({ isIt }) => isIt(value));
  if (answer !== undefined)
    return { ...JSON_LINES, what: answer.what, command: jqCommand(answer.filter), isSure: true };
  const known = withoutRecords(value) ?? pandasJson(value, text);
  if (known !== null) return known;
  const path = recordsPath(text);
  const [first = ''] = text.trimStart().split('\n', 1);
  const isLine = path?.keys.length === 0 && isObject(parseJsonLine(first));
  if (path === null || isLine) return null;
  const elements = path.keys.reduce<readonly unknown[]>(
    (all, key) =>
      all.flatMap((one) => (key === null ? (Array.isArray(one) ? (one as unknown[]) : []) : [at(one, key)])),
    [value],
  );
  const isRead = path.keys.length === 0 || areRecords(elements.filter(isObject));
  return { ...JSON_LINES, what: null, command: isRead ? jqCommand(path.filter) : null, isSure: false };
}

/** What JSON is that is called CSV; null: nothing is known of it. */
export function foreignJsonInCsv(text: string): Foreign | null {
  return text.trimStart().startsWith('{') ? withoutRecords(firstValue(text)) : null;
}

function withoutRecords(value: unknown): Foreign | null {
  return isObject(at(value, 'sysstat')) ? SYSSTAT : serverError(value);
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;

/** The first value of a text, or what can be read of it where the text is cut. */
function firstValue(text: string): unknown {
  const closers: string[] = [];
  let end = 0;
  let open: readonly string[] = [];
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === '{') closers.push('}');
    else if (token === '[') closers.push(']');
    else if (token === '}' || token === ']') {
      closers.pop();
      end = index + 1;
      open = [...closers];
      if (closers.length === 0) break;
    }
  }
  return parseJsonLine(`${text.slice(0, end)}${[...open].reverse().join('')}`);
}

function at(value: unknown, name: string): unknown {
  return isObject(value) ? own(value, name) : undefined;
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = at(value, name);
  return Array.isArray(list) ? (list as readonly unknown[]) : [];
}

function objectsIn(value: unknown, name: string): readonly JsonObject[] {
  return listIn(value, name).filter(isObject);
}

function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly unknown[]).filter(isObject) : [];
}

function isTime(field: JsonObject): boolean {
  return own(field, 'type') === 'time';
}
