import type { Notice } from '../../../core/errors.js';
import { listNames } from '../names.js';
import type { FileSample } from '../sampler.js';

/**
 * Warns of files whose points may be between thousands, while another file of the same header has decimal commas: each
 * file is decided by its own rows.
 */
export function markNotices(samples: readonly FileSample[]): Notice[] {
  const headerOf = ({ header }: FileSample): string => JSON.stringify(header);
  const commas = new Map(
    samples
      .filter(({ fields }) => fields?.numbers.decimal === ',')
      .map((each) => [headerOf(each), each.file]),
  );
  const open = samples.filter((each) => each.fields?.isMarkOpen === true && commas.has(headerOf(each)));
  const [first] = open;
  if (first === undefined) return [];
  const names = listNames(
    open.map(({ file }) => file),
    3,
  );
  const text =
    `${names}: read with a decimal point, though every point is before three digits and ` +
    `${commas.get(headerOf(first)) ?? ''} has the same header and decimal commas; if the points are between thousands, add --decimal comma`;
  return [{ level: 'warning', text }];
}
