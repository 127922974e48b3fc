import { decode, encode } from '@jridgewell/sourcemap-codec';

/**
 * A source map without the places of packages: nobody debugs those here, and they are most of what a map holds.
 *
 * @param text a source map as JSON
 */
export function ownSourceMap(text) {
  const { mappings, sources, ...rest } = JSON.parse(text);
  const own = sources.filter((source) => !source.includes('node_modules/'));
  const indexes = sources.map((source) => own.indexOf(source));
  let isOwn = true;
  const lines = decode(mappings).map((segments) =>
    segments.flatMap(([column, source, ...place]) => {
      const wasOwn = isOwn;
      isOwn = source !== undefined && indexes[source] >= 0;
      if (isOwn) return [[column, indexes[source], ...place]];
      return wasOwn ? [[column]] : []; // ends what is ours
    }),
  );
  return JSON.stringify({ ...rest, sources: own, mappings: encode(lines) });
}
