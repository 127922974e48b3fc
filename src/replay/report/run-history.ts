import type { Incident } from '../../core/incidents.js';
import { countText, plural } from '../../report/format.js';
import type { RunSummary } from './run-summary.js';

/** What happened to actors, in a line; null: nothing. */
export function incidentsText(counts: RunSummary['incidents']['counts']): string | null {
  const texts = KINDS.filter((kind) => counts[kind] > 0).map((kind) => WORDS[kind](counts[kind]));
  return texts.length === 0 ? null : texts.join(', ');
}

/** How a run came about, where it was gone on with; null: in one go. */
export function sessionsText({ resumed, earlierMinutes }: RunSummary['sessions']): string | null {
  if (resumed === 0) return null;
  return `${plural(resumed, 'time')}; ${plural(earlierMinutes, 'minute')} done before`;
}

const KINDS: readonly Incident['kind'][] = ['lost', 'grown', 'retried', 'isolated', 'quarantined'];
const WORDS: Readonly<Record<Incident['kind'], (count: number) => string>> = {
  lost: (count) => `${countText(count)} lost and replaced`,
  grown: (count) => `${countText(count)} replaced for their memory`,
  retried: (count) => `${plural(count, 'chunk')} tried again`,
  isolated: (count) => `${plural(count, 'chunk')} tried item by item`,
  quarantined: (count) => `${countText(count)} series left out for a window, since they cost actors`,
};
