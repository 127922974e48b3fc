import { CLOUDWATCH } from './cloudwatch.js';
import type { ExportFormat } from './export.js';
import { GRAFANA } from './grafana.js';
import { INFLUXDB } from './influxdb.js';
import { PROMETHEUS } from './prometheus.js';
import { SADF } from './sadf.js';
import { TELEGRAF } from './telegraf.js';
import { VICTORIAMETRICS } from './victoriametrics.js';

export const EXPORT_FORMATS: readonly ExportFormat[] = [
  PROMETHEUS,
  VICTORIAMETRICS,
  CLOUDWATCH,
  INFLUXDB,
  TELEGRAF,
  GRAFANA,
  SADF,
];
