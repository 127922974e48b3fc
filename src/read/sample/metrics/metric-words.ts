import type { FieldShape } from '../field-shape.js';
import { words } from '../words.js';

/** Words of which names of metrics are made, and names of targets mostly not. */
const WORDS = new Set(
  words(`cpu mem memory ram swap disk load loadavg usage used free idle util utilization percent pct ratio rate total avg mean
  max min p50 p90 p95 p99 count bytes packets requests request errors latency duration rtt throughput iops io iowait qps
  rps tps rx tx read reads write writes recv sent connections sessions threads uptime temp temperature humidity pressure
  voltage volt current ampere power energy watt speed rpm vibration torque flow level weight co2 pm10 pm25 noise light
  illuminance battery rssi signal frequency heap gc hits misses queue length depth size capacity available response
  seconds ms inflow outflow luftfeuchte temperatur druck leistung spannung strom speicher last wind rain`),
);

/** The share of a field's values that are called as metrics are. */
export function metricShare({ keys, distinct }: FieldShape): number {
  const values = new Set(keys.filter((key) => key !== null));
  const metrics = [...values].filter((value) => wordsOf(value).some((word) => WORDS.has(word)));
  return metrics.length / Math.max(1, distinct);
}

/** Further words of which the names of files with one metric each are made. */
const FILE_WORDS = new Set(
  'network net bandwidth traffic jitter ping loss fan price demand sales solar filesystem'.split(' '),
);

/** The words of a file's name that metrics are called by, in its order, without numbers behind them. */
export function metricWordsOf(name: string): string[] {
  return wordsOf(name).filter((word) => [word, word.replace(/\d+$/, '')].some(isMetricWord));
}

function isMetricWord(word: string): boolean {
  return WORDS.has(word) || FILE_WORDS.has(word);
}

function wordsOf(text: string): string[] {
  return text
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u);
}

/** Names of what a target consists of, which no metric is called by. */
export const PART_NAMES = new Set(
  words(`path mount mountpoint filesystem fs disk drive partition volume core cpu port process pid user url uri method route
  status code region zone dc datacenter rack room city country env environment job version group team tenant customer project
  product shop store branch category department model brand label labels tags line phase slot bank dimm
  host ip mac address nic iface adapter table index shard replica cluster floor building area street lane`),
);
