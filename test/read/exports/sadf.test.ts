import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SADF } from '#build/read/exports/sadf.js';

import { translateExport } from '../../support/exports.js';
import { refusal } from '../../support/refusals.js';

const CPU = '# hostname;interval;timestamp;CPU;%user;%idle';
const MEMORY = '# hostname;interval;timestamp;kbmemfree;kbavail';

test('rows lose the length of their interval, and CPU -1 is called all', () => {
  const text = `${CPU}\nvm;1;2026-11-30 15:25:27 UTC;-1;45.60;-1\nvm;1;2026-11-30 15:25:27 UTC;0;1.00;99.00\n`;
  for (const pieceBytes of [1, 7, Infinity]) {
    const { lines, defaults, found } = translateExport(SADF, text, {}, pieceBytes);
    assert.deepEqual(lines, [
      'hostname;timestamp;CPU;%user;%idle',
      'vm;2026-11-30 15:25:27 UTC;all;45.60;-1',
      'vm;2026-11-30 15:25:27 UTC;0;1.00;99.00',
    ]);
    assert.deepEqual(defaults.targetColumns, ['hostname', 'CPU']);
    assert.equal(found, '2 metrics by hostname, CPU');
  }
});

test('restarts, comments and headers that come again are blank lines, so that line numbers stay', () => {
  const { lines, notices } = translateExport(
    SADF,
    [
      MEMORY,
      'vm;600;1796052409;100;200',
      'vm;-1;1796052411;LINUX-RESTART\t(2 CPU)',
      MEMORY,
      'vm;-1;1796052412;COM a; comment',
      'vm;600;1796053009;101;201',
      '',
    ].join('\n'),
  );
  assert.deepEqual(lines, [
    'hostname;timestamp;kbmemfree;kbavail',
    'vm;1796052409;100;200',
    '',
    '',
    '',
    'vm;1796053009;101;201',
  ]);
  assert.equal(notices.length, 1);
  assert.match(notices[0] ?? '', /1 restart/);
});

test('a row with fewer fields stays one', () => {
  const { lines } = translateExport(SADF, `${CPU}\nvm;1;1796052409;-1;45.60\nvm;1\n`);
  assert.deepEqual(lines.slice(1), ['vm;1796052409;all;45.60', 'vm;;']);
});

test('what cannot be read right is refused with the command that exports it', () => {
  const row = 'vm;1;1796052409;-1;45.60;50.00\n';
  for (const [text, what, hint] of [
    [`${CPU}\n${row}${MEMORY}\nvm;1;1796052409;1;2\n`, /several activities/, /sadf -d DATAFILE -- -u/],
    [`${CPU}[...];proc/s\n${row}`, /on a line/, /sadf -d DATAFILE -- -u/],
    ['# hostname;interval;timestamp;INTR;CPU*\nvm;1;1796052409;sum;1;2;3\n', /interrupts/, /sadf -d/],
    [`${CPU}\n`, /no record/, /DATAFILE/],
    [`${CPU}\nvm;-1;1796052411;LINUX-RESTART\t(2 CPU)\n`, /no record/, /DATAFILE/],
    [`${CPU}\n${row}vm;1;1796052410;-1;45.60;5`, /cut off/, /again/],
  ] as const) {
    assert.throws(() => translateExport(SADF, text), refusal('input_unusable', what, hint));
  }
});

test('it is recognized by its first line', () => {
  assert.ok(SADF.begins(CPU));
  assert.ok(!SADF.begins('hostname;interval;timestamp;CPU;%user'));
  assert.ok(!SADF.begins('# hostname,interval,timestamp'));
});
