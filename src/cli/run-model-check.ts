import { checkBundle, type CheckedBundle, type CheckedPlace } from '../prepare/check.js';
import { figures, plural } from '../report/format.js';
import { printable } from './console.js';
import { EXIT_STATUS } from './exit-codes.js';
import { print } from './report.js';

/** The flags of `model check`, as commander returns them. */
export interface CheckFlags {
  readonly golden?: string;
  readonly json?: boolean;
}

/** `model check`; resolves to the exit status. */
export async function runCheck(bundle: string, { golden, json = false }: CheckFlags): Promise<number> {
  const checked = await checkBundle(bundle, golden ?? null);
  await print(json ? `${JSON.stringify(checked, null, 2)}\n` : printable(checkText(checked)));
  return checked.passed ? 0 : EXIT_STATUS.model;
}

function checkText({ name, digest, golden, places, passed }: CheckedBundle): string {
  const verdict = passed ? 'can be used' : 'CANNOT be used as it is';
  const lines = [
    `${name}, digest ${digest}`,
    ...(golden === null ? [] : [`golden file: ${plural(golden, 'item')}`]),
    ...places.flatMap(placeLines),
    `${name} ${verdict}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
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
    ...(fromGolden === null ? [] : [`${differenceText(fromGolden)} from the golden file`]),
    ...(fromFirst === null ? [] : [`${differenceText(fromFirst)} from the first format`]),
  ];
  const says = [...(reason === null ? [] : [reason]), ...differences].join('; ');
  const times = timings.map(({ items, msPerItem }) => `${figures(msPerItem)} with ${items}`).join(', ');
  return [
    `${`${format} on ${backend}`.padEnd(22)} ${outcome}${says === '' ? '' : `: ${says}`}`,
    ...(times === '' ? [] : [`  ms per item: ${times} per call`]),
  ];
}

function differenceText(share: number): string {
  if (share === Infinity) return 'another number of outputs';
  return share === 0 ? 'no difference' : `at most ${share.toExponential(1)} of the largest number`;
}
