import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';

import fc from 'fast-check';

import { folderWith, readInputs, readText } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';

const START_S = 1_525_046_400;
const MINUTES = [0, 1, 2, 3];

const series = (instance: string): object => ({
  metric: { __name__: 'load', instance },
  values: MINUTES.map((i) => [START_S + 60 * i, `${i + 0.5}`]),
});
const prometheus = (instance: string): string =>
  JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [series(instance)] } });
const promtool = (instance: string): string => JSON.stringify([series(instance)]);
const victoriaMetrics = (instance: string): string =>
  JSON.stringify({
    metric: { __name__: 'load', instance },
    values: MINUTES.map((i) => i + 0.5),
    timestamps: MINUTES.map((i) => 1000 * (START_S + 60 * i)),
  });
const cloudWatch = (instance: string): string =>
  JSON.stringify({
    MetricDataResults: [
      {
        Id: instance,
        Label: instance,
        Timestamps: MINUTES.map((i) => new Date(1000 * (START_S + 60 * i)).toISOString()),
        Values: MINUTES.map((i) => i + 0.5),
        StatusCode: 'Complete',
      },
    ],
  });
const cloudWatchPages = (instance: string): string => `[${cloudWatch(instance)}]`;

interface Kind {
  readonly name: string;
  readonly family: string;
  readonly answer: (instance: string) => string;
}
const KINDS: readonly Kind[] = [
  { name: 'Prometheus', family: 'prometheus', answer: prometheus },
  { name: 'promtool', family: 'prometheus', answer: promtool },
  { name: 'VictoriaMetrics', family: 'victoriametrics', answer: victoriaMetrics },
  { name: 'CloudWatch', family: 'cloudwatch', answer: cloudWatch },
  { name: 'CloudWatch in a list', family: 'cloudwatch', answer: cloudWatchPages },
];

const FOREIGN = [
  '{"message":"Unauthorized"}',
  '{}',
  '[[]]',
  '[{}]',
  '[5]',
  '["x"]',
  '[null]',
  '5',
  '502',
  'null',
  '"text"',
  '{"code":500}',
  '{"status":"failed","error":"x"}',
  '{"status":"error","error":"x"}',
  '{"status":"success","data":{}}',
  '{"status":"success","data":null}',
  '{"status":"success","data":["a"]}',
  '{"status":"success","data":{"resultType":"matrix","result":null}}',
  '{"MetricDataResults":null}',
  'Bad Gateway',
  'garbage',
  'time,load\n2018-04-30T00:00:00Z,1\n',
  '<html></html>',
  '}',
  ']',
  '\0\0',
];

const FOLLOWS = /holds something else after an? (?:answer|export) of \w+, at byte (\d+): (.*)$/;

/** Asserts that a foreign text after answers is named, with its place. */
async function assertNamed(before: string, foreign: string, after = ''): Promise<void> {
  await assert.rejects(readText(`${before}${foreign}${after}`), (error: Error) => {
    refusal('input_unusable', FOLLOWS, /export it again/)(error);
    const [, at, excerpt = ''] = FOLLOWS.exec(error.message) ?? [];
    assert.equal(Number(at), Buffer.byteLength(before), error.message);
    const [first = ''] = foreign;
    assert.ok(first === '\0' ? excerpt.startsWith('\\x00') : excerpt.startsWith(first), error.message);
    return true;
  });
}

describe('JSON after an answer', () => {
  for (const { name, family, answer } of KINDS) {
    it(`is named if it is no answer: ${name}`, async () => {
      const others = KINDS.filter((kind) => kind.family !== family).map((kind) => kind.answer('b'));
      for (const foreign of [...FOREIGN, ...others]) await assertNamed(`${answer('a')}\n`, foreign);
      for (const foreign of ['garbage', 'null', '502', '{}']) await assertNamed(answer('a'), foreign);
    });

    it(`is read if it is another answer: ${name}`, async () => {
      for (const between of ['', '\n', '\r\n \t\n']) {
        const { records } = await readText(`${answer('a')}${between}${answer('b')}\n\n`);
        assert.equal(records.length, 2 * MINUTES.length);
      }
    });
  }

  it('is refused whatever it is and wherever it stands, unless it is an answer', async () => {
    const kinds = fc.constantFrom(...KINDS);
    const foreign = fc.oneof(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
      fc.constantFrom(...FOREIGN),
    );
    const isEmptyList = (text: string): boolean => text === '[]';
    const law = async (kind: Kind, text: string, answers: number, isLast: boolean): Promise<void> => {
      fc.pre(!(isEmptyList(text) && kind.name === 'promtool'));
      const before = Array.from({ length: answers }, (_, i) => `${kind.answer(`i${i}`)}\n`).join('');
      const after = isLast ? '' : `\n${kind.answer('z')}`;
      await assert.rejects(
        readText(`${before}${text}${after}`),
        refusal('input_unusable', /holds something else after/),
      );
    };
    await fc.assert(fc.asyncProperty(kinds, foreign, fc.integer({ min: 1, max: 3 }), fc.boolean(), law), {
      numRuns: 300,
    });
  });

  it('may be an empty list of promtool, but not after an answer of the API', async () => {
    const { records } = await readText(`${promtool('a')}\n[]\n${promtool('b')}\n`);
    assert.equal(records.length, 2 * MINUTES.length);
    await assertNamed(`${prometheus('a')}\n`, '[]');
  });

  it('that is an error of Prometheus is shown', async () => {
    const error = '{"status":"error","errorType":"timeout","error":"query timed out"}';
    await assert.rejects(
      readText(`${prometheus('a')}\n${error}`),
      refusal('input_unusable', /error of Prometheus: timeout: query timed out/),
    );
  });

  it('is refused before the first answer, too', async () => {
    for (const [format, answer] of [
      ['prometheus', prometheus('a')],
      ['victoriametrics', victoriaMetrics('a')],
      ['cloudwatch', cloudWatch('a')],
    ] as const) {
      await assert.rejects(
        readText(`{"code":500}\n${answer}`, { format }),
        refusal('input_unusable', /does not begin with an? \w+ of \w+: \{"code":500\}/, /drop --format/),
      );
    }
  });
});

describe('a result of CloudWatch', () => {
  it('must be a result, and a page in a list must be a page', async () => {
    const whole = cloudWatch('a');
    for (const extra of ['null', '5', '[]', '{}']) {
      await assert.rejects(
        readText(whole.replace('}]}', `},${extra}]}`)),
        refusal('input_unusable', /no answer of CloudWatch/),
        extra,
      );
      await assert.rejects(
        readText(`[${whole},${extra}]`),
        refusal('input_unusable', /is not|does not begin/),
        extra,
      );
    }
  });
});

describe('an answer that ends early', () => {
  for (const { name, answer } of KINDS) {
    it(`is called cut off wherever it ends: ${name}`, async () => {
      const whole = answer('a');
      for (let end = whole.length - 100; end < whole.length; end++) {
        await assert.rejects(
          readText(`${whole}\n${whole.slice(0, end)}`),
          refusal('input_unusable', new RegExp(`is cut off.*after ${whole.length + 1 + end} bytes`)),
          whole.slice(0, end),
        );
        if (end < 90) continue; // not recognized yet
        await assert.rejects(readText(whole.slice(0, end)), refusal('input_unusable', /is cut off/));
      }
    });
  }
});

describe('names that are not UTF-8', () => {
  it('are refused with their place', async () => {
    for (const { answer } of KINDS) {
      const text = [answer('caf\u{e9}'), answer('caf\u{e8}')].join('\n');
      await assert.rejects(
        readText([Buffer.from(text, 'latin1')]),
        refusal('input_unusable', /is not UTF-8 text near byte \d+, within/, /iconv -f LATIN1 -t UTF-8/),
      );
      assert.equal((await readText(text)).records.length, 2 * MINUTES.length);
    }
  });
});

describe('gzip that is cut off', () => {
  it('is read without its end only if it is no export that needs it', async (t) => {
    const hintOf = async (text: string): Promise<string> => {
      const packed = gzipSync(text);
      const folder = await folderWith(t, { 'a.json.gz': packed.subarray(0, packed.length - 12) });
      const error: unknown = await readInputs([join(folder, 'a.json.gz')]).catch((thrown: unknown) => thrown);
      refusal('input_unusable', /is cut off: its gzip data ends/)(error);
      return String((error as { hint?: string }).hint);
    };
    for (const { answer } of KINDS) assert.equal(await hintOf(answer('a')), 'download or copy it again');
    const records = MINUTES.map((i) => `{"time":${START_S + 60 * i},"load":${i}}\n`).join('');
    assert.match(await hintOf(records), /gzip -dc/);
  });
});

it('batches of Telegraf on one line are all read', async () => {
  const batch = (minute: number): string =>
    JSON.stringify({
      metrics: [
        { fields: { load: minute }, name: 'cpu', tags: { host: 'a' }, timestamp: START_S + 60 * minute },
      ],
    });
  const { records, rejects } = await readText(`${MINUTES.map(batch).join('')}\n`);
  assert.deepEqual(rejects, []);
  assert.deepEqual(
    records.map(({ values: [value] }) => value),
    MINUTES,
  );
});
