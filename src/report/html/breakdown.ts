import { PARTS } from '../breakdown-parts.js';
import { durationText, figures as threeFigures } from '../format.js';
import type { ActorShare, Breakdown } from '../../core/timing.js';
import { breakdownBar, namedBar, partsLegend } from './bars.js';
import { asCount, asDuration, type Figures } from './figures.js';
import type { Content } from './markup.js';
import { figureMarkup, tableMarkup } from './parts.js';

export interface BreakdownShown {
  readonly breakdownMs: Breakdown;
  /** Where the summary has it. */
  readonly breakdownPath: string;
  /** What the times are of. */
  readonly breakdownNote: string;
  readonly perActor: readonly ActorShare[];
  readonly perActorPath: string;
  /** What the times of actors are of. */
  readonly perActorNote: string;
  /** Whose time it is. */
  readonly of: string;
}

/** Bars of the parts over all and by actor, and the same as tables. */
export function breakdownBody(figures: Figures, shown: BreakdownShown): Content {
  const { breakdownMs, breakdownNote, perActor, perActorNote, of } = shown;
  const byActor = perActor.length > 1;
  const bars = [
    namedBar(of, breakdownBar(`Time of ${of}: ${sharesText(breakdownMs)}`, breakdownMs)),
    ...(byActor
      ? perActor.map(({ actor, breakdownMs: own }) =>
          namedBar(`actor ${actor + 1}`, breakdownBar(`Time of actor ${actor + 1}: ${sharesText(own)}`, own)),
        )
      : []),
    partsLegend(),
  ];
  return [
    figureMarkup(
      `Shares of the time that chunks took, ${breakdownNote}${byActor ? `; those of each actor are ${perActorNote}` : ''}.`,
      bars,
    ),
    partsTable(figures, shown),
    ...(perActor.length > 0 ? [actorsTable(figures, shown)] : []),
  ];
}

function partsTable(
  figures: Figures,
  { breakdownMs, breakdownPath, breakdownNote }: BreakdownShown,
): Content {
  const totalMs = total(breakdownMs);
  return tableMarkup({
    caption: `Parts, ${breakdownNote}`,
    columns: ['part', 'time', 'share', 'is'],
    words: ['is'],
    rows: PARTS.map(([part, name, words]) => [
      name,
      figures.show(`${breakdownPath}.${part}`, asDuration),
      `${threeFigures(totalMs === 0 ? 0 : (breakdownMs[part] / totalMs) * 100)} %`,
      words,
    ]),
  });
}

function actorsTable(figures: Figures, { perActor, perActorPath, perActorNote }: BreakdownShown): Content {
  return tableMarkup({
    caption: `By actor, ${perActorNote}`,
    columns: ['actor', 'chunks', 'items', 'service time', ...PARTS.slice(0, -1).map(([, name]) => name)],
    rows: perActor.map(({ actor }, i) => [
      `actor ${actor + 1}`,
      figures.show(`${perActorPath}.${i}.chunks`, asCount),
      figures.show(`${perActorPath}.${i}.items`, asCount),
      figures.show(`${perActorPath}.${i}.serviceMs`, asDuration),
      ...PARTS.slice(0, -1).map(([part]) =>
        figures.show(`${perActorPath}.${i}.breakdownMs.${part}`, asDuration),
      ),
    ]),
  });
}

function sharesText(parts: Partial<Breakdown>): string {
  return PARTS.filter(([part]) => (parts[part] ?? 0) > 0)
    .map(([part, name]) => `${name} ${durationText(parts[part] ?? 0)}`)
    .join(', ');
}

function total(parts: Breakdown): number {
  return PARTS.reduce((sum, [part]) => sum + parts[part], 0);
}
