import type { Notice } from '../../core/errors.js';
import type { ErrorCount, RejectCount, RunCounts } from '../../core/counts.js';
import type { Incident, Quarantine } from '../../core/incidents.js';
import {
  anything,
  count,
  dictionary,
  either,
  fields,
  flag,
  list,
  measured,
  nullable,
  number,
  object,
  oneOf,
  text,
  type Shape,
} from '../../core/shape.js';
import { REJECT_REASONS, type BackendFacts, type InputSpec, type ModelFacts } from '../../core/types.js';
import type { ProgramFacts } from '../../core/machine-facts.js';
import type { AwaitedTally } from '../../read/lines/awaited-columns.js';
import type { ReportedReject } from '../report/rejects.js';
import type { ProcessUse } from '../../core/process-use.js';

/** Shapes that a journal and a `timing.json` share. */

export const settings = dictionary(anything);

export const awaitedTally: Shape<AwaitedTally> = object({ hasRecords: flag, waiting: list(text) });

export const notice: Shape<Notice> = object({ level: oneOf('info', 'warning'), text });

export const programFacts: Shape<ProgramFacts> = object({ name: text, version: text });

const modelFields = {
  name: text,
  version: text,
  format: oneOf('saved-model', 'graph-model', 'layers-model', 'analyzer'),
  digest: text,
  outputs: list(object({ name: text, size: count })),
  bundles: list((value: unknown): ModelFacts => modelFacts(value)),
};

const optionalModelFields = { declaredBatch: count, files: list(object({ name: text, sha256: text })) };

export const modelFacts: Shape<ModelFacts> = object(modelFields, optionalModelFields);

const inputFields = {
  window: count,
  columns: either(oneOf('each'), list(text)),
  missing: oneOf('hold', 'zero', 'reject'),
};

export const inputSpec: Shape<InputSpec> = object(inputFields);

export const modelAndInput: Shape<ModelFacts & InputSpec> = object(
  { ...modelFields, ...inputFields },
  optionalModelFields,
);

export const backendFacts: Shape<BackendFacts> = object({
  name: oneOf('node', 'wasm', 'js'),
  versions: dictionary(text),
  threads: number,
  batchSize: nullable(count),
  reproducible: flag,
  features: list(text),
});

export const runCounts: Shape<RunCounts> = fields(
  [
    'records',
    'accepted',
    'merged',
    'rejected',
    'filtered',
    'minutes',
    'rows',
    'ok',
    'warmup',
    'error',
    'anomalies',
  ],
  count,
);

const rejectFields = {
  reason: oneOf(...REJECT_REASONS),
  count,
  example: object({ file: text, line: count, message: text }),
};

export const rejectCount: Shape<RejectCount> = object(rejectFields, { stepMs: count });

export const reportedReject: Shape<ReportedReject> = object(
  { ...rejectFields, remedy: text },
  { stepMs: count },
);

export const errorCount: Shape<ErrorCount> = object({
  errno: text,
  count,
  example: object({ target: text, column: nullable(text), minute: text, message: text }),
});

export const processUse: Shape<ProcessUse> = fields(['cpuMs', 'maxRssBytes'], measured);

export const quarantine: Shape<Quarantine> = object({
  target: text,
  column: nullable(text),
  fromMs: number,
  untilMs: number,
});

const INCIDENT_KINDS = ['lost', 'grown', 'retried', 'isolated', 'quarantined'] as const;

export const incidentCounts: Shape<Readonly<Record<Incident['kind'], number>>> = fields(
  INCIDENT_KINDS,
  count,
);

export const incident: Shape<Incident> = object(
  { kind: oneOf(...INCIDENT_KINDS), actor: text, minuteMs: nullable(number), text },
  { quarantine },
);
