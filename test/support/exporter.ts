import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

import { RandomStream } from '#build/core/random.js';

const RESET_EVERY = 97;

/** A service with a load and a counter of requests that is reset now and then. */
export class GeneratedService {
  readonly #random: RandomStream;
  #steps = 0;
  load = 0;
  requests = 0;

  constructor(seed: number) {
    this.#random = new RandomStream(seed, 1);
  }

  step(): void {
    this.load = Number((1 + this.#random.next()).toFixed(3));
    if (++this.#steps % RESET_EVERY === 0) this.requests = 0;
    this.requests += this.#random.nextInteger(0, 600);
  }
}

/** Starts an exporter of a service that advances with each scrape; returns its address. It ends with the test. */
export async function startExporter(t: TestContext, service: GeneratedService): Promise<string> {
  const server = createServer((_, response) => {
    service.step();
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(
      `# TYPE node_load1 gauge\nnode_load1 ${service.load}\n` +
        `# TYPE http_requests_total counter\nhttp_requests_total ${service.requests}\n`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A series as VictoriaMetrics exports and imports it. */
export interface ExportedSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: number[];
  readonly timestamps: number[];
}

/** What services exported in the past, a sample a minute of each. */
export function exportedHistory(
  instances: readonly string[],
  firstMs: number,
  minutes: number,
): ExportedSeries[] {
  return instances.flatMap((instance, i) => {
    const service = new GeneratedService(i + 1);
    const seriesOf = (name: string): ExportedSeries => ({
      metric: { __name__: name, instance, job: 'web' },
      ...{ values: [], timestamps: [] },
    });
    const [load, requests] = [seriesOf('node_load1'), seriesOf('http_requests_total')];
    for (let minute = 0; minute < minutes; minute++) {
      service.step();
      for (const { timestamps } of [load, requests]) timestamps.push(firstMs + 60_000 * minute);
      load.values.push(service.load);
      requests.values.push(service.requests);
    }
    return [load, requests];
  });
}

/** The series as OpenMetrics. */
export function openMetricsOf(series: readonly ExportedSeries[]): string {
  const lines = (name: string): string =>
    series
      .filter(({ metric }) => metric['__name__'] === name)
      .flatMap(({ metric: { instance = '', job = '' }, values, timestamps }) =>
        values.map(
          (value, i) =>
            `${name}{instance="${instance}",job="${job}"} ${value} ${(timestamps[i] ?? NaN) / 1000}\n`,
        ),
      )
      .join('');
  return `# TYPE node_load1 gauge\n${lines('node_load1')}# TYPE http_requests counter\n${lines('http_requests_total')}# EOF\n`;
}
