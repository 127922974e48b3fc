/**
 * Encodes a part of a target of several parts, which `/` separates: `/` as `%2F`, and the `%` of a `%2F` or `%25` as
 * `%25`. Every other text stays as it is, so that names such as `50%` remain readable.
 */
export function targetPart(part: string): string {
  if (!part.includes('/') && !part.includes('%2')) return part;
  return part.replace(/\/|%(?=2F|25)/g, (found) => (found === '/' ? '%2F' : '%25'));
}

/** The parts of a target that several columns name, as they were before `targetPart` encoded them. */
export function partsOfTarget(target: string): string[] {
  return target.split('/').map((part) => part.replace(/%2F|%25/g, (code) => (code === '%2F' ? '/' : '%')));
}
