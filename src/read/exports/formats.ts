import { CLOUDWATCH } from './cloudwatch.js';
import type { ExportFormat } from './export.js';
import { PROMETHEUS } from './prometheus.js';
import { VICTORIAMETRICS } from './victoriametrics.js';

export const EXPORT_FORMATS: readonly ExportFormat[] = [PROMETHEUS, VICTORIAMETRICS, CLOUDWATCH];
