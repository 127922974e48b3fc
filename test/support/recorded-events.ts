import fc from 'fast-check';

/** What stands on the lines of a made-up file, to be written in any of the formats. */
export type RecordedEvent =
  | {
      readonly kind: 'record';
      readonly ahead: number;
      readonly back: number;
      readonly target: number;
      readonly value: number;
    }
  /** Lines of which none is a record. */
  | { readonly kind: 'junk'; readonly text: string; readonly count: number }
  /** Many records of one minute and few targets. */
  | { readonly kind: 'bulk'; readonly count: number };

export type FileKind = 'csv' | 'jsonl' | 'batches';

export interface RecordedFile {
  readonly events: readonly RecordedEvent[];
  readonly lineEnd: '\n' | '\r\n';
  readonly endsLine: boolean;
  readonly mark: boolean;
  /** Minutes before its first record. */
  readonly startsAt: number;
}

const TARGETS = ['a', 'b', 'c', 'dé', 'web-1', ''];

const event: fc.Arbitrary<RecordedEvent> = fc.oneof(
  {
    weight: 60,
    arbitrary: fc.record({
      kind: fc.constant('record' as const),
      ahead: fc.constantFrom(0, 0, 0, 1, 1, 2, 7),
      back: fc.nat(3),
      target: fc.nat(TARGETS.length - 1),
      value: fc.nat(9),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('junk' as const),
      text: fc.constantFrom('junk', '"open', '{"a":', '', ' ', '\0', '€', '1,2,3,4', '[]'),
      count: fc.constantFrom(1, 1, 2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('junk' as const),
      text: fc.constantFrom('junk', 'x'),
      count: fc.constantFrom(4095, 4096, 9000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('bulk' as const), count: fc.constantFrom(17_000, 33_000) }),
  },
);

const recordedFile: fc.Arbitrary<RecordedFile> = fc.record({
  events: fc.array(event, { minLength: 1, maxLength: 40 }),
  lineEnd: fc.constantFrom('\n' as const, '\r\n' as const),
  endsLine: fc.boolean(),
  mark: fc.boolean(),
  startsAt: fc.constantFrom(0, 0, 3, 40),
});

/** The file's bytes; no record goes back more than `grace` minutes. The first of them is one that can be read. */
export function fileBytes(file: RecordedFile, kind: FileKind, grace: number): Buffer {
  const lines = kind === 'csv' ? ['time,target,v'] : [];
  let newest = file.startsAt;
  lines.push(line(kind, newest, [[TARGETS[0]!, 1]]));
  for (const each of file.events) {
    if (each.kind === 'junk') {
      for (let i = 0; i < each.count; i++) lines.push(each.text);
    } else if (each.kind === 'bulk') {
      lines.push(...bulk(kind, newest, each.count));
    } else {
      newest += each.ahead;
      const minute = newest - (each.ahead > 0 ? 0 : Math.min(each.back, grace));
      lines.push(line(kind, minute, items(kind, each.target, each.value)));
    }
  }
  const text = lines.join(file.lineEnd) + (file.endsLine ? file.lineEnd : '');
  return Buffer.concat([
    Buffer.from(file.mark ? '\uFEFF' : ''),
    Buffer.from(text.replaceAll('€', '\u0080'), 'utf8'),
  ]);
}

type Item = readonly [target: string, value: number | string];

function items(kind: FileKind, target: number, value: number): Item[] {
  const values: Item[] = [[TARGETS[target]!, value === 9 ? 'text' : value]];
  if (kind !== 'batches') return values;
  for (let i = 1; i <= value % 4; i++)
    values.push([TARGETS[(target + i * value) % TARGETS.length]!, i === 2 ? 'no' : i]);
  return values;
}

function line(kind: FileKind, minute: number, values: readonly Item[]): string {
  const time = new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
  const [[target, v] = ['', 0]] = values;
  if (kind === 'csv') return `${time},${target},${v}`;
  if (kind === 'jsonl') return JSON.stringify({ time, target, v });
  return JSON.stringify({
    time,
    items: values.map(([name, value]) => ({ target: name, values: { v: value } })),
  });
}

function bulk(kind: FileKind, minute: number, count: number): string[] {
  const names = Array.from({ length: 100 }, (_, i) => `bulk-${i}`);
  if (kind !== 'batches')
    return Array.from({ length: count }, (_, i) => line(kind, minute, [[names[i % 100]!, i % 7]]));
  const all = names.map((name, i): Item => [name, i % 7]);
  return Array.from({ length: Math.ceil(count / 100) }, () => line(kind, minute, all));
}

/** How recordings of a few dozen minutes are read; ranges are in minutes. */
export const readingSettings = {
  files: fc.array(recordedFile, { minLength: 1, maxLength: 3 }),
  kind: fc.constantFrom<FileKind[]>('csv', 'jsonl', 'batches'),
  grace: fc.nat(3),
  duplicates: fc.constantFrom('reject' as const, 'first' as const, 'last' as const, 'mean' as const),
  targets: fc.constantFrom(undefined, ['a', 'b*']),
  shard: fc.constantFrom(null, { index: 2, count: 2 }),
  range: fc.constantFrom<(readonly [number | null, number | null])[]>(
    [null, null],
    [3, null],
    [null, 12],
    [5, 15],
  ),
  lookBackIntervals: fc.nat(4),
};
