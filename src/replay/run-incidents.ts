import type { Incident } from '../core/incidents.js';
import type { IncidentCounts } from './resume/run-facts.js';

/** Incidents that a report lists; all are counted. */
const MOST_LISTED = 100;
const NO_INCIDENTS: IncidentCounts = { lost: 0, grown: 0, retried: 0, isolated: 0, quarantined: 0 };

/** Counts what happened to the actors of a run, and lists the first incidents of this session. */
export class RunIncidents {
  readonly #counts: Record<Incident['kind'], number>;
  readonly #listed: Incident[] = [];

  constructor(before: IncidentCounts = NO_INCIDENTS) {
    this.#counts = { ...before };
  }

  add(incidents: readonly Incident[]): void {
    for (const incident of incidents) {
      this.#counts[incident.kind]++;
      if (this.#listed.length < MOST_LISTED) this.#listed.push(listed(incident));
    }
  }

  /** Over all sessions. */
  get counts(): IncidentCounts {
    return { ...this.#counts };
  }

  get listed(): readonly Incident[] {
    return this.#listed;
  }
}

function listed({ kind, actor, minuteMs, text, quarantine }: Incident): Incident {
  return { kind, actor, minuteMs, text, ...(quarantine && { quarantine }) };
}
