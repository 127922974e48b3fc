import type { Incident } from '../core/incidents.js';
import type { IncidentCounts, RunProgress } from './resume/run-facts.js';

/** Incidents that a report lists; all are counted. */
const MOST_LISTED = 100;
const NONE: IncidentCounts = { lost: 0, grown: 0, retried: 0, isolated: 0, quarantined: 0 };

/** What happened to the actors of a run: counted, and told as far as it is not too much. */
export class RunIncidents {
  readonly #counts: Record<Incident['kind'], number>;
  readonly #listed: Incident[] = [];

  constructor(before: Pick<RunProgress, 'incidents'> | null) {
    this.#counts = { ...(before?.incidents ?? NONE) };
  }

  add(incidents: readonly Incident[]): void {
    for (const incident of incidents) {
      this.#counts[incident.kind]++;
      if (this.#listed.length < MOST_LISTED) this.#listed.push(incident);
    }
  }

  /** Since the run first began. */
  get counts(): IncidentCounts {
    return { ...this.#counts };
  }

  /** Of this session, the first that came. */
  get listed(): readonly Incident[] {
    return this.#listed;
  }
}
