import { placeText } from '../core/place-text.js';
import { formatDuration } from '../core/time.js';
import { textReport, type ReportPart } from '../report/document.js';
import { factLines, optionalFact, type Fact } from '../report/facts.js';
import { countText, percentText, plural, shortened, sizeText } from '../report/format.js';
import { figure, tableOf, words, type Column } from '../report/table.js';
import type { InspectedInput, Inspection } from './inspection.js';

type Decision = InspectedInput['decisions'][number];
type Field = InspectedInput['fields'][number];
type Reject = Inspection['rejects'][number];

/** Longer texts are cut. */
const NAME_LENGTH = 40;
const EXAMPLE_LENGTH = 100;
/** Further inputs, and fields of an input, are counted. */
const MOST_INPUTS = 5;
const MOST_FIELDS = 40;

/** An inspection for a terminal; ends with the command, on a line of its own. */
export function inspectionText(inspection: Inspection): string {
  const { inputs, decisions, problem, command } = inspection;
  const others = inputs.length - MOST_INPUTS;
  const parts: ReportPart[] = [
    ...inputs.slice(0, MOST_INPUTS).flatMap((input) => inputParts(input, inspection)),
    { blocks: others > 0 ? [`and ${plural(others, 'more input')}, which --json lists`] : [] },
    ...(decisions.length === 0 ? [] : [{ blocks: [tableOf(DECISIONS, decisions)] }]),
    { blocks: factLines(contentFacts(inspection)) },
    { blocks: rejectBlocks(inspection.rejects) },
    { blocks: noteLines(inspection) },
    { blocks: problem === null ? [] : [`replay refuses this: ${problem.message}`, `  ${problem.hint}`] },
    { heading: 'To replay it as found here:', blocks: [] },
  ];
  return `${textReport(parts)}${command}\n`;
}

function inputParts(input: InspectedInput, inspection: Inspection): ReportPart[] {
  const { file, fields, decisions } = input;
  const others = fields.length - MOST_FIELDS;
  const rows = fields.slice(0, MOST_FIELDS).map((field) => ({ field, input, inspection }));
  return [
    { heading: file, blocks: factLines(inputFacts(input)) },
    { blocks: [tableOf(DECISIONS, decisions)] },
    {
      blocks: [
        tableOf(FIELDS, rows),
        ...(others > 0 ? [`and ${plural(others, 'more field')}, which --json lists`] : []),
      ],
    },
  ];
}

function inputFacts({
  format,
  layout,
  encoding,
  header,
  sizeBytes,
  read,
  readBytes,
  decisions,
}: InspectedInput): Fact[] {
  const mark = encoding.byteOrderMark ? ' with a byte-order mark' : '';
  const packed = encoding.gzip ? ', packed with gzip' : '';
  const size = sizeBytes === null ? '' : `, ${sizeText(sizeBytes)}`;
  const fields = header === null ? '' : `, a header of ${plural(header.length, 'field')}`;
  const lines = layout === 'rows' ? 'JSONL, a record a line' : 'JSONL, a minute a line';
  const exported = decisions.find(({ about }) => about === 'format')?.choice ?? format;
  const what = format === 'csv' ? 'CSV' : format === 'jsonl' ? lines : exported;
  return [
    ['format', `${what}${fields}, ${encoding.text}${mark}${packed}${size}`],
    ...optionalFact('read', read === 'all' ? null : `only its ${read}: ${sizeText(readBytes)} of text`),
  ];
}

const DECISIONS: readonly Column<Decision>[] = [
  words('decided', 'about', ({ about }) => about),
  words('as', 'choice', ({ choice }) => choice),
  words('since', 'evidence', ({ evidence }) => evidence),
  words('flag', 'flag', ({ flag, alternatives }) =>
    alternatives.length === 0
      ? (flag ?? '')
      : `${flag ?? ''} — not sure: or ${alternatives.join(', or ')}`.trimStart(),
  ),
];

interface FieldRow {
  readonly field: Field;
  readonly input: InspectedInput;
  readonly inspection: Inspection;
}

const FIELDS: readonly Column<FieldRow>[] = [
  words('column', 'name', ({ field }) =>
    shortened(field.name === '' ? '(nameless)' : field.name, NAME_LENGTH),
  ),
  words('role', 'role', ({ field }) => field.role),
  figure('without a value', 'missing', countText, ({ field, inspection }) => {
    const column = inspection.columns.find(({ name }) => name === field.column);
    return column?.missing ?? null;
  }),
  words('since', 'evidence', evidenceOf),
];

/** Which decision explains a role. */
const DECIDED_BY: Readonly<Record<Field['role'], string | null>> = {
  ...{ time: 'time', target: 'target', label: 'label', value: 'table', ignored: null, metric: 'metrics' },
  'metric name': 'table',
};

function evidenceOf({ field: { name, role }, input }: FieldRow): string {
  if (name === '') return 'it has no name';
  const decision = input.decisions.find(({ about }) => about === DECIDED_BY[role]);
  return (
    decision?.evidence ??
    (role === 'metric' ? 'its values are numbers' : 'it has no numbers, or is not wanted')
  );
}

function contentFacts(inspection: Inspection): Fact[] {
  const { counts, firstMinute, lastMinute, intervalMs, intervalSource, isSample, inputs, labels } =
    inspection;
  const { records, accepted, merged, rejected, filtered } = counts;
  const account = `${countText(accepted)} accepted + ${countText(merged)} merged + ${countText(rejected)} rejected`;
  const span =
    firstMinute === null
      ? 'none'
      : `${firstMinute} to ${lastMinute}, ${plural(counts.minutes, intervalMs === 60_000 ? 'minute' : 'interval')}`;
  const source = { given: 'given', detected: 'found from the data', default: 'assumed' }[intervalSource];
  return [
    ...optionalFact('sample', isSample ? 'what follows is of the parts that were read' : null),
    ['time', span],
    ['interval', `${formatDuration(intervalMs)}, ${source}`],
    ['targets', targetsText(inspection.targets)],
    [
      'records',
      `${countText(records)} = ${account}${filtered === 0 ? '' : `; ${countText(filtered)} not selected`}`,
    ],
    ['gaps', gapsText(inspection.gaps)],
    ...inputs.map((input, i): Fact => [i === 0 ? 'order' : '', orderText(input, inputs.length > 1)]),
    ...optionalFact('labels', labels === null ? null : labelsText(labels)),
  ];
}

function targetsText({ count, first }: Inspection['targets']): string {
  const names = first.map((name) => shortened(name, NAME_LENGTH)).join(', ');
  return `${countText(count)}: ${names}${count > first.length ? ', …' : ''}`;
}

function gapsText({ count, intervals, longest }: Inspection['gaps']): string {
  if (longest === null) return 'none: each target has a record in every interval from its first to its last';
  const most = `the longest lacks ${countText(longest.intervals)} of ${longest.target}, after ${longest.after}`;
  return `${countText(count)}, which lack ${plural(intervals, 'interval')}; ${most}`;
}

function orderText(
  { file, order: { earlierRecords, largestStepBack: back } }: InspectedInput,
  isNamed: boolean,
): string {
  const name = isNamed ? `${file}: ` : '';
  if (back === null) return `${name}in order of time`;
  const place = back.line === null ? '' : ` at line ${countText(back.line)}`;
  const records = `${plural(earlierRecords, 'record')} earlier than one before`;
  return `${name}${records}; the largest step back is ${plural(back.intervals, 'interval')}${place}: needs --sort, or --grace ${back.intervals}`;
}

function labelsText({ labelled, positive, other }: NonNullable<Inspection['labels']>): string {
  const share = labelled === 0 ? '' : ` (${percentText(positive / labelled)})`;
  const unusable = other === 0 ? '' : `; ${countText(other)} are neither 0 nor 1`;
  return `${countText(labelled)} records, ${countText(positive)} of them anomalies${share}${unusable}`;
}

const REJECTS: readonly Column<Reject>[] = [
  words('rejected', 'reason', ({ reason }) => reason),
  figure('records', 'records', countText, ({ count }) => count),
  words('first', 'first', ({ example: { file, line, message } }) =>
    shortened(`${placeText({ file, line: line ?? 0 })}: ${message}`, EXAMPLE_LENGTH),
  ),
];

function rejectBlocks(rejects: readonly Reject[]): ReportPart['blocks'] {
  if (rejects.length === 0) return [];
  return [tableOf(REJECTS, rejects), ...rejects.map(({ reason, remedy }) => `${reason}: ${remedy}`)];
}

/** Decisions are listed already. */
function noteLines({ notices, inputs, decisions }: Inspection): string[] {
  const all = [...inputs.flatMap((input) => input.decisions), ...decisions];
  const isListed = (text: string): boolean =>
    all.some(({ about, choice }) => text.includes(`${about}: ${choice}`));
  return notices
    .filter(({ level, text }) => (level === 'warning' || text.startsWith('ignored')) && !isListed(text))
    .map(({ level, text }) => (level === 'warning' ? `warning: ${text}` : text));
}
