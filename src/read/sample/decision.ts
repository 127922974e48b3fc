import type { Notice } from '../../core/errors.js';

/** One thing that was decided about a file by its sample. */
export interface Decision {
  readonly about:
    | 'format'
    | 'delimiter'
    | 'header'
    | 'time'
    | 'time format'
    | 'numbers'
    | 'target'
    | 'table'
    | 'label'
    | 'metrics'
    | 'counters'
    | 'series'
    | 'interval'
    | 'phase';
  /** What was decided, as a phrase: `column "host"`. */
  readonly choice: string;
  /** What shows it, as a phrase: `its 3 values recur in every minute`. */
  readonly evidence: string;
  /** `given`: by a flag; `name`: by a usual name; `shape`: by what the fields hold. */
  readonly source: 'given' | 'name' | 'shape' | 'default';
  /** The flag that decides the same, to be pinned or changed: `--target-column host`; null: there is none. */
  readonly flag: string | null;
  /** Flags of other readings that are as good, or what to give instead; empty: it is clear. */
  readonly alternatives: readonly string[];
  /** The warning where there are alternatives, if it needs another form. */
  readonly warning?: string;
}

/** What was decided about one file. */
export interface FileDecisions {
  readonly file: string;
  readonly decisions: readonly Decision[];
}

/** A warning for each decision that is not clear, and a line for each that no name or flag explains. */
export function decisionNotices(files: readonly FileDecisions[]): Notice[] {
  const isOne = files.length === 1;
  const notices = files.flatMap(({ file, decisions }) =>
    decisions.flatMap((decision) => noticesOf(decision, isOne ? '' : `${file}: `)),
  );
  // Files of one recording mostly agree.
  const texts = new Set<string>();
  return notices.filter(({ text }) => !texts.has(text) && texts.add(text).size > 0);
}

export function noticesOf(
  { about, choice, evidence, source, flag, alternatives, warning }: Decision,
  file = '',
): Notice[] {
  if (alternatives.length > 0) {
    const others = alternatives.join(', or ');
    const text = `${file}${warning ?? `${about}: ${choice}, since ${evidence}; if that is wrong, give ${others}`}`;
    return [{ level: 'warning', text }];
  }
  if (source !== 'shape') return [];
  const pinned = flag === null ? '' : ` (${flag})`;
  return [{ level: 'info', text: `${file}${about}: ${choice}${pinned}, since ${evidence}` }];
}
