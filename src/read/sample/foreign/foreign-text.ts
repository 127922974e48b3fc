import { shellWord } from '../../../core/shell-word.js';
import type { Foreign } from './foreign.js';
import { foreignJsonInCsv } from './foreign-json.js';

/** A line of InfluxDB: the measurement with tags, then fields, then the time. */
const NAME = String.raw`(?:\\.|[^\s,="\\])+`;
const VALUE = String.raw`(?:"(?:\\.|[^"\\])*"|[^\s,"]+)`;
const LINE_PROTOCOL = new RegExp(
  `^${NAME}(?:,${NAME}=${NAME})* ${NAME}=${VALUE}(?:,${NAME}=${VALUE})*( -?\\d{9,19})?$`,
);
const TO_ROWS =
  'select(test("^[^#]")) | . / " " | (.[0] / ",") as $m | ($m[1:] | map(. / "=" | {(.[0]): .[1]}) | add // {})' +
  ' + (.[1] / "," | map(. / "=" | {($m[0] + "_" + .[0]): (.[1] | sub("[iu]$"; "") | tonumber? // .)}) | add) + {time: .[2]}';

const FEWEST_LINES = 2;

/**
 * What a text is that is not CSV, by its first lines. `areRecords` says whether rows below a header are records. Null:
 * nothing is known of it.
 */
export function foreignText(
  lines: readonly string[],
  areRecords: (header: readonly string[], rows: readonly (readonly string[])[]) => boolean,
): Foreign | null {
  const full = lines.filter((line) => line.trim() !== '');
  return foreignJsonInCsv(full.join('\n')) ?? lineProtocol(full) ?? alignedColumns(full, areRecords);
}

function lineProtocol(lines: readonly string[]): Foreign | null {
  const points = lines.filter((line) => !line.startsWith('#'));
  const found = points.map((line) => LINE_PROTOCOL.exec(line.trimEnd()));
  if (points.length === 0 || found.includes(null)) return null;
  const isPlain =
    found.every((match) => match?.[1] !== undefined) && !points.some((line) => /[\\"]/.test(line));
  return {
    what: 'line protocol of InfluxDB',
    command: isPlain ? `jq -Rc ${shellWord(TO_ROWS)}` : null,
    output: 'lines.jsonl',
    remedy: 'write each point as a line of JSON with its time, its tags and its fields',
    isSure: true,
  };
}

/** Blanks between columns: at least one, or at least two, where a column has texts with single ones. */
const BLANKS = [
  { sed: 's/^ *//; s/ *$//; s/  */,/g', between: / +/ },
  { sed: 's/^ *//; s/ *$//; s/   */,/g', between: / {2,}/ },
];

function alignedColumns(
  lines: readonly string[],
  areRecords: (header: readonly string[], rows: readonly (readonly string[])[]) => boolean,
): Foreign | null {
  if (lines.length < FEWEST_LINES || lines.some((line) => /[,;\t|"]/.test(line))) return null;
  const cut = BLANKS.map(({ sed, between }) => ({
    sed,
    rows: lines.map((line) => line.trim().split(between)),
  }));
  const readable = cut.find(({ rows: [header = [], ...rows] }) => {
    const areAlike = header.length > 1 && rows.every((fields) => fields.length === header.length);
    return areAlike && areRecords(header, rows);
  });
  const areAligned = lines.filter((line) => / {2,}\S/.test(line)).length > lines.length / 2;
  if (readable === undefined && !areAligned) return null;
  return {
    what: 'a table of columns with blanks between them',
    command: readable === undefined ? null : `sed ${shellWord(readable.sed)}`,
    output: 'columns.csv',
    toDo: 'turn the blanks into commas',
    remedy:
      'write it as CSV, with the date and the time of each row in one column, and the names of all columns in its first line',
    isSure: true,
  };
}
