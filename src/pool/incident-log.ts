import type { Incident } from '../core/incidents.js';

/** Incidents: reported at once, and kept until they are taken. */
export class IncidentLog {
  readonly #tell: (incident: Incident) => void;
  #kept: Incident[] = [];

  constructor(tell: (incident: Incident) => void) {
    this.#tell = tell;
  }

  add(incident: Incident): void {
    this.#kept.push(incident);
    this.#tell(incident);
  }

  /** Those of this minute, of earlier ones, and of none, in order. */
  take(minuteMs: number): readonly Incident[] {
    if (this.#kept.length === 0) return [];
    const isDue = (incident: Incident): boolean =>
      incident.minuteMs === null || incident.minuteMs <= minuteMs;
    const due = this.#kept.filter(isDue);
    this.#kept = this.#kept.filter((incident) => !isDue(incident));
    return due;
  }
}
