import { duration, name, toggle } from './kinds.js';
import type { Settings } from './setting.js';

/** What reports say. */
export const REPORTING = {
  deadlineMs: {
    flags: '--deadline <duration>',
    help: 'time that serving a minute may take (default: the interval, divided by --pace if paced)',
    kind: duration,
    default: null,
  },
  trace: {
    flags: '--trace',
    help: 'also write trace.json, which Perfetto and chrome://tracing open',
    kind: toggle,
    default: false,
  },
} as const satisfies Settings;

/** Conditions that fail the finished run; which metrics they may name depends on the command. */
export const FAIL_IF = {
  flags: '--fail-if <condition>',
  help: "exit with status 99 if it holds, for example 'p99>5s'; may be given several times",
  default: [],
} as const;

/** What to print instead of the text report. */
export const STDOUT = {
  json: {
    flags: '--json',
    help: 'print the summary as JSON instead of the report',
    kind: toggle,
    default: false,
  },
  csv: { flags: '--csv', help: 'print the table of times as CSV', kind: toggle, default: false },
  markdown: { flags: '--markdown', help: 'print the tables as Markdown', kind: toggle, default: false },
} as const satisfies Settings;

/** Where settings come from. */
export const OTHER = {
  config: {
    flags: '--config <file>',
    help: 'configuration file (default: aiops-serve.config.json, if there is one)',
    kind: name,
  },
} as const satisfies Settings;
