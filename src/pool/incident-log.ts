import type { Incident } from '../core/incidents.js';

/** Incidents: told at once, and once more with the run of their minute, or with the next one. */
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

  /** Hands over, in order, what happened to this minute or an earlier one, or between minutes. */
  take(minuteMs: number): readonly Incident[] {
    if (this.#kept.length === 0) return [];
    const isDue = (incident: Incident): boolean =>
      incident.minuteMs === null || incident.minuteMs <= minuteMs;
    const due = this.#kept.filter(isDue);
    this.#kept = this.#kept.filter((incident) => !isDue(incident));
    return due;
  }
}
