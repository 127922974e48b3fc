import { isDeepStrictEqual } from 'node:util';

import { AiopsError } from '../../core/errors.js';
import { shellWord } from '../../core/shell-word.js';
import type { ReadOptions } from '../options.js';
import { listed } from './mixed-labels.js';
import type { ExportName } from './names.js';
import type { Exported } from './translate.js';

interface LabelledFile {
  readonly file: string;
  readonly system: ExportName;
  /** What names its targets by default. */
  readonly labels: readonly string[];
}

/**
 * Makes sure that exports name their targets by the same labels, unless `--target-column` says which: otherwise a
 * target of two files is two targets.
 *
 * @throws AiopsError `input_unusable`
 */
export function refuseOtherLabels(
  inputs: readonly { readonly name: string; readonly exported: Exported | null }[],
  { targetColumns }: Pick<ReadOptions, 'targetColumns'>,
): void {
  if (targetColumns !== undefined) return;
  const files = inputs.flatMap(({ name, exported }): LabelledFile[] => {
    const labels = exported?.defaults.targetColumns;
    if (exported === null || labels === undefined) return [];
    return [{ file: name, system: exported.name, labels: labels.filter((label) => label !== 'none') }];
  });
  for (const [i, one] of files.entries()) {
    const other = files.slice(i + 1).find((each) => areMixed(one, each));
    if (other !== undefined) throw otherLabels(one, other, files);
  }
}

/** Systems call the same things differently, so that labels of two of them need not have a name in common. */
function areMixed(a: LabelledFile, b: LabelledFile): boolean {
  if (isDeepStrictEqual(a.labels, b.labels)) return false;
  return a.system === b.system || a.labels.some((label) => b.labels.includes(label));
}

function otherLabels(a: LabelledFile, b: LabelledFile, all: readonly LabelledFile[]): AiopsError {
  const shared = a.labels.filter((label) => all.every(({ labels }) => labels.includes(label)));
  const query = `query sum by (${shared.join(', ')}) (…) for all files`;
  const remedies = [
    ...(shared.length === 0
      ? []
      : [
          `if the labels that all have distinguish the targets, name them: --target-column ${shellWord(shared.join(','))}`,
        ]),
    ...(shared.length === 0 || all.some(({ system }) => system !== 'prometheus') ? [] : [query]),
    'replay the files separately',
  ];
  const named = ({ file, labels }: LabelledFile): string =>
    `${file} has ${labels.length === 0 ? 'no labels' : `the ${labels.length === 1 ? 'label' : 'labels'} ${listed(labels)}`}`;
  return new AiopsError(
    'input_unusable',
    `the series of the files have different labels, so that targets would not match: ${named(a)}, but ${named(b)}`,
    { hint: remedies.join('; or ') },
  );
}
