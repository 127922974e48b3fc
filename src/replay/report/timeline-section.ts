import { isoTime } from '../../core/time.js';
import type { ChosenMinutes, TimedMinute } from './charts/timeline-keeper.js';
import { durationText } from '../../report/format.js';
import { partsLegend } from '../../report/html/bars.js';
import { markup, type Markup } from '../../report/html/markup.js';
import { figureMarkup, type PageSection } from '../../report/html/parts.js';
import { timelineMarkup } from './timeline.js';

/** What each actor did in a typical minute and in the slowest one. */
export function timelineSection({ typical, slowest }: ChosenMinutes): PageSection {
  const minutes =
    typical.minuteMs === slowest.minuteMs
      ? [minuteMarkup('The slowest minute', slowest)]
      : [minuteMarkup('A typical minute', typical), minuteMarkup('The slowest minute', slowest)];
  return {
    id: 'timeline',
    title: 'What each actor did',
    body: figureMarkup(
      'From the start of the minute until its answers were joined. The pipe is there twice, for both ways; a chunk that waits behind another minute waits there. The first minutes of a run are often its slowest: code is still being compiled.',
      [...minutes, partsLegend()],
    ),
  };
}

function minuteMarkup(name: string, { minuteMs, timing }: TimedMinute): Markup {
  return markup`<h3>${name}: ${isoTime(minuteMs)}, ${durationText(timing.wallMs)}</h3>\n${timelineMarkup(timing)}\n`;
}
