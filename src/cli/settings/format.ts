import { columnName, decimalMark, delimiter, name, oneOf, toggle, whole } from './kinds.js';
import { TIME_UNITS } from '../../core/time/numbers.js';
import { EXPORT_NAMES } from '../../read/exports/names.js';
import { names, renames } from './lists.js';
import { timeFormat, timezone } from './time-kinds.js';
import type { Settings } from './setting.js';

/** What an input looks like: each of these is found from the data unless it is given. */
export const FORMAT = {
  format: {
    flags: '--format <format>',
    help: 'format of the input, or the monitoring system it was exported from; auto decides by content and extension',
    kind: oneOf('auto', 'csv', 'jsonl', ...EXPORT_NAMES),
    default: 'auto',
    changes: 'results',
  },
  timeColumn: {
    flags: '--time-column <name>',
    help: 'column with the time, or several that hold it together, such as date,time; "": the one without a name (default: timestamp, time, ts, minute …)',
    kind: columnName,
    changes: 'results',
  },
  targetColumns: {
    flags: '--target-column <names>',
    help: 'column with the target, or several, comma-separated; none: there is no such column (default: found by name and content)',
    kind: names,
    changes: 'results',
  },
  series: {
    flags: '--series <name>',
    help: 'the target of files without a target column, or a regular expression whose group finds it in their paths; files: a target per file (default: by their names, columns and times)',
    kind: name,
    changes: 'results',
  },
  metricColumn: {
    flags: '--metric-column <name>',
    help: 'of a table with one row per metric: the column that names the metric',
    kind: name,
    changes: 'results',
  },
  valueColumn: {
    flags: '--value-column <name>',
    help: 'of a table with one row per metric: the column with its value',
    kind: name,
    changes: 'results',
  },
  metricNames: {
    flags: '--metric-names <by>',
    help: 'what names a metric whose column has a general name, such as value: its file or its column; auto: its file, if several files have one for the same targets and times',
    kind: oneOf('auto', 'files', 'columns'),
    default: 'auto',
    changes: 'results',
  },
  wide: {
    flags: '--wide',
    help: 'every metric column is a target of its own',
    kind: toggle,
    default: false,
    changes: 'results',
  },
  columns: {
    flags: '--columns <names>',
    help: 'metric columns, comma-separated (default: all numeric ones)',
    kind: names,
    changes: 'results',
  },
  labelColumn: {
    flags: '--label-column <name>',
    help: 'column with the label; none: there is none (default: label, anomaly, ground_truth …)',
    kind: name,
    changes: 'results',
  },
  map: {
    flags: '--map <new=old>',
    help: 'rename columns while reading, comma-separated',
    kind: renames,
    default: {},
    changes: 'results',
  },
  timeUnit: {
    flags: '--time-unit <unit>',
    help: 'unit of times that are bare numbers; days: as in a spreadsheet; auto: the unit that gives dates of our time',
    kind: oneOf('auto', ...TIME_UNITS),
    default: 'auto',
    changes: 'results',
  },
  timeFormat: {
    flags: '--time-format <pattern>',
    help: 'how times are written, such as "%d.%m.%Y %H:%M"; any: in several forms (default: as in the first records)',
    kind: timeFormat,
    changes: 'results',
  },
  timezone: {
    flags: '--timezone <zone>',
    help: 'time zone for timestamps without an offset: UTC, +02:00 or a name such as Europe/Vienna',
    kind: timezone,
    default: 'UTC',
    changes: 'results',
  },
  delimiter: {
    flags: '--delimiter <character>',
    help: 'what separates the fields of CSV, such as ";" or tab (default: found from the data)',
    kind: delimiter,
    changes: 'results',
  },
  skipLines: {
    flags: '--skip-lines <n>',
    help: 'lines before the header of CSV (default: found from the data)',
    kind: whole(0, 100_000),
    changes: 'results',
  },
  decimal: {
    flags: '--decimal <mark>',
    help: 'the decimal mark of numbers (default: found from the data)',
    kind: decimalMark,
    changes: 'results',
  },
  missingValues: {
    flags: '--missing-values <words>',
    help: 'texts that mean a missing value, comma-separated, besides null and NaN (default: those in the data, such as NA or -)',
    kind: names,
    changes: 'results',
  },
} as const satisfies Settings;
