import { checkBundle, type CheckedBundle, type CheckedPlace } from '../prepare/check.js';
import type { Difference } from '../prepare/differences.js';
import { figures, plural } from '../report/format.js';
import { printable, print } from './console.js';
import { EXIT_STATUS } from './exit-codes.js';

/** The flags of `model check`, as commander returns them. */
export interface CheckFlags {
  readonly golden?: string;
  readonly json?: boolean;
}

/** `model check`; resolves to the exit status. */
export async function runCheck(bundle: string, { golden, json = false }: CheckFlags): Promise<number> {
  const checked = await checkBundle(bundle, golden ?? null);
  await print(json ? `${JSON.stringify(checked, null, 2)}\n` : printable(checkText(checked)));
  if (checked.passed) return 0;
  return hasFailed(checked) ? EXIT_STATUS.model : EXIT_STATUS.unsupported;
}

function hasFailed({ places }: CheckedBundle): boolean {
  return places.some(({ outcome }) => outcome === 'failed');
}

function checkText(checked: CheckedBundle): string {
  const { name, digest, golden, places } = checked;
  const lines = [
    `${name}, digest ${digest}`,
    ...(golden === null ? [] : [`golden file: ${plural(golden, 'item')}`]),
    ...places.flatMap(placeLines),
    `${name} ${verdictText(checked)}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function verdictText(checked: CheckedBundle): string {
  const { places, unchecked } = checked;
  const ok = [...new Set(places.filter(({ outcome }) => outcome === 'ok').map(({ format }) => format))];
  const skipped = places.filter(({ outcome }) => outcome === 'skipped');
  const notChecked = skipped.map(({ format, backend }) => `${format} on ${backend}`).join(', ');
  const which = skipped.length === 0 ? '' : `: ${notChecked}: ${skipped[0]?.reason ?? ''}`;
  const suffix = which === '' ? '' : `; not verified${which}`;
  if (hasFailed(checked)) return `CANNOT be used as it is${suffix}`;
  if (unchecked.length === 0) return `can be used${suffix}`;
  return ok.length === 0 ? `was not verified${which}` : `can be used as ${ok.join(' and ')}${suffix}`;
}

function placeLines({
  backend,
  format,
  outcome,
  reason,
  fromGolden,
  fromFirst,
  timings,
}: CheckedPlace): string[] {
  const differences = [
    ...differenceTexts(fromGolden, 'the golden file'),
    ...differenceTexts(fromFirst, 'the first format'),
  ];
  const says = [...(reason === null || outcome === 'skipped' ? [] : [reason]), ...differences].join('; ');
  const times = timings.map(({ items, msPerItem }) => `${figures(msPerItem)} with ${items}`).join(', ');
  return [
    `${`${format} on ${backend}`.padEnd(22)} ${outcome}${says === '' ? '' : `: ${says}`}`,
    ...(times === '' ? [] : [`  ms per item: ${times} per call`]),
  ];
}

function differenceTexts(difference: Difference | null, from: string): string[] {
  const share = difference?.share ?? null;
  if (share === null) return [];
  return [
    share === 0
      ? `equal to ${from}`
      : `differs from ${from} by at most ${share.toExponential(1)} × an item’s largest number`,
  ];
}
