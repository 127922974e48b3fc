import assert from 'node:assert/strict';

import type { FuzzCase } from './fuzz-case.js';
import { checkMinutes, checkPlaces } from './places.js';
import { readAll, textOf, type Reading } from './read-all.js';
import { checkValues } from './values.js';
import { checkWritten } from './written.js';

/** What became of a case, for the account of the suite. */
export interface CheckedCase {
  readonly accepted: number;
  readonly rejected: number;
  readonly isRefused: boolean;
}

/** Reads a case and holds it to everything that any input must keep; throws what is not so. */
export async function checkCase(given: FuzzCase): Promise<CheckedCase> {
  const readings: Reading[] = [];
  for (const pieces of given.cuts) readings.push(await readAll(pieces, given.options));
  const reading = readings[0]!;
  const { recording, steps, error } = reading;
  for (const other of readings)
    assert.equal(textOf(other), textOf(reading), 'the same however the input is cut');
  if (error !== null) assert.ok(error.hint !== undefined, `what to do about: ${error.message}`);
  const { accepted, rejected, merged } = counts(reading);
  if (recording !== null && error === null) {
    assert.equal(
      steps.reduce((sum, { found }) => sum + found, 0),
      accepted + merged + rejected,
      'records = accepted + merged + rejected',
    );
  }
  checkMinutes(steps, recording?.columns.length ?? 0, given.options.ownWindow?.window ?? null);
  checkWritten(reading);
  if (!given.isDamaged) {
    checkPlaces(given, reading);
    checkValues(given, reading);
  }
  return { accepted, rejected, isRefused: error !== null };
}

function counts({ steps }: Reading): { accepted: number; rejected: number; merged: number } {
  const sum = { accepted: 0, rejected: 0, merged: 0 };
  for (const { batch, rejects, merged } of steps) {
    sum.accepted += batch?.records.length ?? 0;
    sum.rejected += rejects.length;
    sum.merged += merged;
  }
  return sum;
}
