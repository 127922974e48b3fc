import { AiopsError } from '../core/errors.js';
import { inspect } from '../inspect/inspect.js';
import { inspectionText } from '../inspect/inspection-report.js';
import type { GivenFlag } from '../inspect/pinned-command.js';
import { oldestFirst } from '../read/sample/series/oldest-first.js';
import { Console, printable, print } from './console.js';
import { readSettings } from './reading-options.js';
import { type INSPECT_SETTINGS } from './settings.js';
import { FORMAT } from './settings/format.js';
import { READING } from './settings/reading.js';
import { flagName, type Settings } from './settings/setting.js';
import { stdinFor } from './stdin.js';
import type { Invocation } from './with-settings.js';

/** Inspects inputs; resolves to the exit status. */
export async function runInspect(invocation: Invocation<typeof INSPECT_SETTINGS>): Promise<number> {
  const { values } = invocation;
  const inputs = oldestFirst(invocation.inputs);
  const terminal = new Console({ quiet: false, stream: process.stderr });
  for (const notice of invocation.notices) terminal.notice(notice);
  const { maxRejects } = values;
  const config = { inputs, read: readSettings(values), given: givenFlags(invocation), maxRejects };
  const { inspection, refusal } = await inspect(config, stdinFor(inputs));
  await print(
    values.json ? `${JSON.stringify(inspection, null, 2)}\n` : printable(inspectionText(inspection)),
  );
  if (refusal === null) return 0;
  // The text has the hint already.
  throw values.json ? refusal : new AiopsError(refusal.code, refusal.message, { cause: refusal });
}

/** The flags of reading that do not have their defaults, as typed. */
function givenFlags({ values, sourceOf }: Invocation<typeof INSPECT_SETTINGS>): GivenFlag[] {
  const settings: Settings = { ...FORMAT, ...READING };
  return Object.entries(settings).flatMap(([key, row]) => {
    const name = key as keyof typeof values;
    const value = values[name];
    if (sourceOf(name) === 'default' || value === undefined || value === null || value === false) return [];
    const isAttached = row.optional !== undefined;
    return [{ flag: `--${flagName(row)}`, value: row.kind.show(value as never), isAttached }];
  });
}
