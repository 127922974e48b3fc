import { words } from '../words.js';

/** Names of what distinguishes targets where no other column does. */
export const TARGETS_AS_WELL = new Set(words('name type channel tag tagname'));

/** Names that other things than metrics have as well: they count if the value is just called a value. */
export const UNSURE = new Set([
  ...TARGETS_AS_WELL,
  ...words(
    `measurement measure field counter quantity attribute property signal indicator stat param parameter`,
  ),
]);

const SURE =
  words(`metric metricname metricid metrickey metrictype kpi kpiname measurementname measurename variable
  variablename parametername fieldname countername datapoint statistic`);

export const METRIC_NAMES: ReadonlySet<string> = new Set([...SURE, ...UNSURE]);

/** Names of a metric's name and nothing else: other numbers beside a usual value are no metrics. */
export const METRIC_ONLY: ReadonlySet<string> = new Set([...SURE, 'field']);

export const VALUE_NAMES = new Set(
  words(`value values val v reading readings metricvalue measuredvalue kpivalue amount fieldvalue countervalue result data
    cookedvalue measurement y observation`),
);
