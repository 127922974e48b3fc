import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import type { DeclaredFormat, DeclaredModel } from '../model/declared-model.js';
import { MANIFEST_NAME } from '../model/manifest.js';
import { sealManifest } from '../model/seal.js';
import type { SignatureTensor } from '../model/signatures.js';
import { writeWhole } from '../output/durable-files.js';
import { initModel, type Initialized, type InitFlags } from '../prepare/init.js';
import { shapeText } from '../prepare/propose.js';
import { plural } from '../report/format.js';
import { printable, print } from './console.js';
import type { ModelValues } from './model-options.js';

/** The flags of `model init`, as commander returns them. */
export type InitValues = Partial<ModelValues> & { readonly name?: string; readonly force?: boolean };

/** `model init` */
export async function runInit(path: string, values: InitValues): Promise<void> {
  const flags = initFlags(values);
  const found: string[] = [];
  const onFound = (model: DeclaredModel): void => {
    refuseToOverwrite(model.dir, values.force === true);
    found.push(...declaredLines(model));
  };
  let described: Initialized;
  try {
    described = await initModel(path, flags, onFound);
  } catch (error) {
    await print(printable(textOf(found))); // what flags have to be given for
    throw error;
  }
  await writeWhole(described.manifest.path, described.manifest.text);
  await print(printable(textOf([...found, ...describedLines(described, flags)])));
}

/** `model seal` */
export async function runSeal(folder: string): Promise<void> {
  const { path, text, files, seal } = await sealManifest(folder);
  await writeWhole(path, text);
  await print(printable(`sealed ${path}: ${plural(files.length, 'file')}, seal ${seal}\n`));
}

function initFlags(values: InitValues): InitFlags {
  if (values.scaler !== undefined && values.normalize !== undefined)
    throw new AiopsError('usage', '--scaler and --normalize both say how values are normalized', {
      hint: 'drop one of them',
    });
  return {
    window: values.window ?? null,
    columns: values.modelColumns ?? null,
    normalize: values.normalize ?? null,
    scaler: values.scaler ?? null,
    missing: values.missing ?? 'hold',
    output: values.outputKind ?? null,
    outputName: values.outputName ?? null,
    error: values.error ?? null,
    over: values.scoreOver ?? null,
    class: values.class ?? null,
    signature: values.signature ?? null,
    threshold: values.threshold ?? null,
    name: values.name ?? null,
  };
}

function refuseToOverwrite(dir: string, force: boolean): void {
  const path = join(dir, MANIFEST_NAME);
  if (force || !existsSync(path)) return;
  throw new AiopsError('output_cannot_create', `${path} exists already`, {
    hint: 'add --force to replace it; to take new sums only: aiops-serve model seal FOLDER',
  });
}

type Row = readonly [name: string, value: string, why?: string];

function declaredLines({ formats }: DeclaredModel): string[] {
  return formats.flatMap((format) =>
    rows([['format', `${format.format}, ${format.path}`], ...signatureRows(format)]),
  );
}

function signatureRows({ signatures }: DeclaredFormat): Row[] {
  return signatures.flatMap(({ name, inputs, outputs }) => [
    ...(name === '' ? [] : [['  signature', name] as const]),
    ...inputs.map((one) => ['  input', tensorText(one)] as const),
    ...outputs.map((one) => ['  output', tensorText(one)] as const),
  ]);
}

function tensorText({ name, type, shape }: SignatureTensor): string {
  return `${name} ${shapeText(shape)} ${type}`;
}

function describedLines({ manifest, input, window, kind, backend }: Initialized, flags: InitFlags): string[] {
  const { columns, seen } = input;
  const isGuess = flags.scaler === null && flags.normalize === null;
  const sees =
    kind.value === 'forecast' && flags.window === null
      ? `, and the newest interval, which the model does not see`
      : '';
  return [
    ...rows([
      [
        'backend',
        backend.value ?? 'none',
        backend.value === null ? `NOT LOADED: ${backend.why}` : backend.why,
      ],
      ['window', String(window), `${seen.why}${sees}`],
      ['columns', columns.value === 'each' ? 'each' : columns.value.join(','), columns.why],
      ['kind', kind.value, kind.why],
      [
        'normalize',
        flags.scaler === null ? (flags.normalize ?? 'none') : `from ${flags.scaler}`,
        isGuess
          ? 'NOT KNOWN: if the model was trained on scaled values, give --normalize or --scaler'
          : 'as given',
      ],
      flags.threshold === null
        ? ['threshold', 'none', 'NOT KNOWN: without --threshold there are scores, but no verdicts']
        : ['threshold', String(flags.threshold), 'as given'],
    ]),
    `wrote ${manifest.path}: ${plural(manifest.files.length, 'file')}, seal ${manifest.seal}`,
  ];
}

function rows(all: readonly Row[]): string[] {
  return all.map(
    ([name, value, why]) => `${name.padEnd(12)} ${why === undefined ? value : `${value.padEnd(16)} ${why}`}`,
  );
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
