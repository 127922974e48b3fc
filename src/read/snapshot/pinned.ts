import type { FileFacts } from '../bytes/file-facts.js';
import type { FilePlan, Layout } from '../lines/plan.js';
import type { Segment } from '../bytes/segments.js';

/** What was found out about a recording, as plain JSON: enough to read it in the same way another time. */
export interface PinnedRecording {
  readonly columns: readonly string[];
  readonly intervalMs: number;
  readonly intervalSource: 'given' | 'detected' | 'default';
  readonly layout: Layout;
  /** Whether minutes were closed by the clock as well, so that reading goes on nowhere. */
  readonly isLive: boolean;
  /** In the order of the inputs. */
  readonly files: readonly PinnedFile[];
}

export interface PinnedFile {
  /** Null: it had no record. */
  readonly plan: PinnedPlan | null;
  /** The minute that its rejects count to before its first record with a readable time, epoch ms; null: it has no record. */
  readonly headMs: number | null;
  /** What the file was when its bytes were known to be those that were read; null for standard input and pipes. */
  readonly identity: FileFacts | null;
  /** What had been read of the file when the session began to serve it; commits add what was read later. */
  readonly digests: readonly Segment[];
  /** Whether it is gzip: positions in it are offsets into its text. */
  readonly isPacked: boolean;
}

/** A FilePlan whose roles are a plain object. */
export interface PinnedPlan extends Omit<FilePlan, 'roles' | 'columns'> {
  readonly roles: readonly (readonly [string, number])[];
}
