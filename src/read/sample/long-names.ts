export const METRIC_NAMES = new Set([
  ...['metric', 'metricname', 'metricid', 'metrickey', 'kpi', 'kpiname', 'measurement', 'measurementname'],
  ...['measure', 'measurename', 'variable', 'variablename', 'parameter', 'parametername', 'param', 'field'],
  ...[
    'fieldname',
    'counter',
    'countername',
    'quantity',
    'indicator',
    'attribute',
    'property',
    'signal',
    'name',
  ],
  ...['channel', 'tag', 'tagname', 'datapoint', 'statistic', 'stat', 'type', 'metrictype'],
]);
/** Names that other things have as well: they count if the value is just called a value. */
export const UNSURE = new Set([
  ...[
    'measurement',
    'measure',
    'field',
    'counter',
    'quantity',
    'attribute',
    'property',
    'signal',
    'name',
    'type',
  ],
  ...['channel', 'tag', 'tagname', 'indicator', 'stat', 'param', 'parameter'],
]);
/** Names of a metric's name and nothing else: other numbers beside a usual value are no metrics. */
export const METRIC_ONLY = new Set([...METRIC_NAMES].filter((name) => name === 'field' || !UNSURE.has(name)));
/** Names that distinguish targets where no other column does. */
export const TARGETS_AS_WELL = new Set(['name', 'type', 'channel', 'tag', 'tagname']);
export const VALUE_NAMES = new Set([
  ...[
    'value',
    'values',
    'val',
    'v',
    'reading',
    'readings',
    'metricvalue',
    'measuredvalue',
    'kpivalue',
    'amount',
  ],
  ...['fieldvalue', 'countervalue', 'result', 'data', 'cookedvalue', 'measurement', 'y', 'observation'],
]);
