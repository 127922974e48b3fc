/**
 * An analyzer that routes targets to two model bundles: names that match a pattern go to the second.
 *
 *   aiops-serve replay data.jsonl --analyzer two-models.mjs \
 *     --param first=./bundle-a --param second=./bundle-b --param 'pattern=^mongo-'
 */

/** @type {import('aiops-serve').CreateAnalyzer} */
export async function createAnalyzer({ params, loadBundle }) {
  const { first, second, pattern } = params;
  if (first === undefined || second === undefined || pattern === undefined)
    throw new Error('expected --param first=BUNDLE, --param second=BUNDLE and --param pattern=REGEXP');
  const isSecond = new RegExp(pattern);
  const models = [await loadBundle(first), await loadBundle(second)];
  const [{ window, columns, missing }] = models;
  // Windows are cut before items are routed, so both models must take the same ones.
  const specs = models.map((model) => JSON.stringify([model.window, model.columns, model.missing]));
  if (specs[0] !== specs[1]) throw new Error(`${first} sees ${specs[0]}, ${second} ${specs[1]}`);
  return {
    name: 'two-models',
    version: '1.0.0',
    ...{ window, columns, missing },
    async predict(items, call) {
      /** @type {import('aiops-serve').AnalyzerAnswer[]} */
      const answers = new Array(items.length);
      for (const [route, model] of models.entries()) {
        const places = items.flatMap(({ target }, i) => (Number(isSecond.test(target)) === route ? [i] : []));
        const own = places.map((place) => items[place]);
        (await model.predict(own, call)).forEach((answer, i) => (answers[places[i]] = answer));
      }
      return answers;
    },
  };
}
