/** What `--format` calls the exports that are read. */
export const EXPORT_NAMES = [
  'prometheus',
  'victoriametrics',
  'cloudwatch',
  'influxdb',
  'telegraf',
  'grafana',
  'sadf',
] as const;
export type ExportName = (typeof EXPORT_NAMES)[number];
