import type { Notice } from '../../core/errors.js';
import { flatten } from '../../core/flatten.js';
import { inputName } from '../../core/input-position.js';
import type { ReadStep } from '../../core/types.js';
import type { AllRead } from '../../read/bytes/prefix-sums.js';
import type { Recording } from '../../read/recording.js';
import type { InputSnapshot } from '../../read/snapshot/snapshot.js';
import type { ReplayConfig } from '../replay-config.js';
import type { InputChange, ResumePlan } from './resume-plan.js';
import type { RunProgress } from './run-facts.js';

/** All that a run had read, by its last commit, of inputs that can be read only once; null: a file, or not known. */
export function allRead(last: RunProgress | undefined): (AllRead | null)[] {
  const { positions, wholeInputs = [] } = last ?? { positions: [] };
  return positions.map((position, i) => {
    const whole = wholeInputs[i] ?? null;
    if (whole !== null) return { ...whole, isWhole: true };
    if (position === 'end' || position.prefix === undefined) return null;
    return { ...position.prefix, isWhole: false };
  });
}

/** The last commit, if it is known that the inputs have nothing more, or if reading them can show that. */
export function lastUnlessOutdated(
  commits: readonly RunProgress[],
  changes: readonly InputChange[],
  { commit }: ResumePlan,
  read: readonly (AllRead | null)[],
): RunProgress | null {
  const last = commits.at(-1) ?? null;
  if (commit === commits.length - 1) return last;
  const isOpen = changes.every((change, i) =>
    change === 'unknown' ? read[i]?.isWhole === true : change === 'same',
  );
  return isOpen ? last : null;
}

/**
 * Reads a recording until its inputs that can be read only once have been compared with all that earlier sessions read
 * of them, so that an output is changed only afterwards. Returns the recording with its steps from the beginning, as
 * far as they matter. On failure, the recording is closed.
 *
 * @param afterMinuteMs the last committed minute, epoch ms; steps more than `lookBackMs` before it do not matter
 * @throws AiopsError of reading; `config` if an input differs
 */
export async function readAgain(
  recording: Recording,
  { afterMinuteMs, lookBackMs }: { readonly afterMinuteMs: number; readonly lookBackMs: number },
): Promise<Recording> {
  const notices: Notice[] = [];
  let onNotice = (notice: Notice): void => void notices.push(notice);
  const groups = recording.groups((notice) => onNotice(notice))[Symbol.asyncIterator]();
  const held: (readonly ReadStep[])[] = [];
  const matters = ({ lookBack, batch }: ReadStep): boolean =>
    !lookBack || (batch?.minuteMs ?? -Infinity) > afterMinuteMs - lookBackMs;
  let hasPassed = afterMinuteMs === -Infinity;
  try {
    while (!hasPassed || recording.againState() === 'open') {
      const next = await groups.next();
      if (next.done === true) break;
      const steps = next.value;
      held.push(steps.filter(matters));
      hasPassed ||= steps.some(({ batch }) => batch !== null && batch.minuteMs >= afterMinuteMs);
    }
  } catch (error) {
    await recording.close();
    throw error;
  }
  async function* all(note: (notice: Notice) => void): AsyncGenerator<readonly ReadStep[], undefined> {
    onNotice = note;
    for (const notice of notices) note(notice);
    for (let steps = held.shift(); steps !== undefined; steps = held.shift()) yield steps;
    yield* { [Symbol.asyncIterator]: () => groups };
    return undefined;
  }
  const again: Recording['groups'] = (note = () => undefined) => all(note);
  return { ...recording, groups: again, steps: (note) => flatten(again(note)) };
}

/** About inputs that can be read only once; null: there are none, or there is nothing to resume. */
export function onceOnlyNotice(
  { files, isLive }: InputSnapshot,
  { output, inputs }: Pick<ReplayConfig, 'output' | 'inputs'>,
): Notice | null {
  const onceOnly = inputs.filter((_, i) => files[i]?.identity === null);
  if (onceOnly.length === 0 || output.out === '-') return null;
  const names = onceOnly.map(inputName).join(', ');
  const text = isLive
    ? `${names}: a live feed, so this run can't be resumed if it ends early; what it has written is kept`
    : `${names}: to resume this run if it ends early, pipe in the same bytes from the start`;
  return { level: 'info', text };
}
