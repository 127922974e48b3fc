import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { RandomStream } from '#build/core/random.js';

import { temporaryFolder } from '../support/cli.js';
import { faultCase, FAULTS, tally } from '../support/faults/amounts.js';
import { References } from '../support/faults/references.js';
import { drawScenario, scenarioText } from '../support/faults/scenarios.js';
import { TamperedRun } from '../support/faults/tampered-run.js';
import { drawTampering } from '../support/faults/tampering.js';

const SIZE = { minutes: 600, targets: 5 };
/** Of three cases, how many are killed right after. */
const KILLED_IN_THREE = 1;

/** How the input looks matters little here, and an undisturbed run for each kind takes long. */
const OUTPUT_SIDE = { layout: 'csv', packing: 'plain', model: 'analyzer', duplicates: 'reject' } as const;

const wanted = Math.ceil(FAULTS.kills / 8);

test(
  `${wanted} runs whose outputs another process changes complete correctly or report the change`,
  { timeout: 4 * 3_600_000 },
  async (t) => {
    const folder = temporaryFolder(t);
    const references = new References(folder, SIZE, FAULTS.seed);
    const counts = { changed: 0, refused: 0, killed: 0, done: 0, refusedAgain: 0 };
    for (let index = 0; index < wanted; index++) {
      if (FAULTS.only !== null && index > FAULTS.only) break;
      const random = new RandomStream(FAULTS.seed, 9, index);
      const scenario = { ...drawScenario(index, random), ...OUTPUT_SIDE } as const;
      const tampering = drawTampering(random);
      const rejectsElsewhere = random.nextInteger(0, 2) === 0;
      const killed = random.nextInteger(1, 3) <= KILLED_IN_THREE;
      const what =
        `${tampering.kind} (${tampering.file})${killed ? ' and kill' : ''}, ` +
        `${rejectsElsewhere ? 'rejects elsewhere, ' : ''}${scenarioText(scenario)}`;
      await faultCase('changed-outputs', index, what, async () => {
        const reference = await references.of(scenario);
        const options = { scenario, reference, tampering, rejectsElsewhere, killed, random };
        const { tampered, first, again } = await new TamperedRun({
          ...options,
          folder: join(folder, `case-${index}`),
        }).run();
        counts.changed += Number(tampered);
        counts.killed += Number(first.signal === 'SIGKILL');
        counts.refused += Number(first.signal === null && (first.status === 73 || first.status === 74));
        counts.done += Number(first.status === 3);
        counts.refusedAgain += Number(again.status !== 3);
      });
    }
    if (FAULTS.only === null) assert.ok(counts.changed * 2 >= wanted, `only ${counts.changed} were changed`);
    tally('outputs changed under a run', counts.changed);
    tally('runs that noticed it', counts.refused + counts.refusedAgain);
    t.diagnostic(`seed ${FAULTS.seed}: ${JSON.stringify(counts)}`);
  },
);
