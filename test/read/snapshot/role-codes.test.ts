import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundRoles, IGNORED, LATE, valueRole } from '#build/read/lines/roles.js';
import {
  codedLong,
  codedRoles,
  longOfCodes,
  rolesOfCodes,
  withoutLate,
} from '#build/read/snapshot/role-codes.js';

const alone = new Map([
  ...foundRoles({
    times: { fields: ['time'] },
    targets: ['host'],
    label: 'label',
    long: { metric: 'm', value: 'v' },
  }),
  ['note', IGNORED],
  ['load', LATE],
  ['cpu', valueRole(7)],
]);
const together = new Map(
  foundRoles({ times: { fields: ['day', 'hour'] }, targets: ['dc', 'host'], label: null, long: null }),
);

test('roles have the numbers that journals of earlier sessions hold', () => {
  assert.deepEqual(codedRoles(alone), [
    ['time', -1],
    ['host', -2],
    ['label', -3],
    ['m', -6],
    ['v', 0],
    ['note', -4],
    ['load', -5],
    ['cpu', 7],
  ]);
  assert.deepEqual(codedRoles(together), [
    ['day', -1000],
    ['hour', -1001],
    ['dc', -10],
    ['host', -11],
  ]);
});

test('numbers become the roles that they were made of', () => {
  for (const roles of [alone, together]) assert.deepEqual(rolesOfCodes(codedRoles(roles)), roles);
  assert.deepEqual(withoutLate([['load', -5]]), codedRoles(new Map([['load', IGNORED]])));
});

test('metrics that are not selected have the number of ignored fields', () => {
  const metrics = [
    ['cpu', 0],
    ['note', null],
  ] as const;
  const long = { metricField: 'm', valueField: 'v', metrics, others: 'filter' } as const;
  const coded = codedLong(long);
  assert.deepEqual(coded.metrics, [
    ['cpu', 0],
    ['note', -4],
  ]);
  assert.deepEqual(longOfCodes(coded), long);
});
