/* The texts around the numbers of a result line. */
import { csvField } from './csv-field.js';
import type { ItemError, Label } from './types.js';

/** How results name the status of a row. */
export type StatusName = 'ok' | 'warmup' | 'error';

/**
 * A line is `minute series status score verdict outputs end`; each part but the last includes what separates it from
 * the next one.
 */
export interface LineSyntax {
  minute(isoTime: string): string;
  series(target: string, column: string | null): string;
  status(name: StatusName): string;
  readonly noScore: string;
  verdict(anomaly: boolean | null, label: Label): string;
  readonly outputs: { readonly open: string; readonly separator: string; readonly close: string };
  readonly noOutputs: string;
  end(error: ItemError | null): string;
}

/** The columns of `results.csv`; the fields of a line of `results.jsonl` come in the same order. */
const FIELDS = 'minute,target,column,status,score,anomaly,label,output,errno,errmsg';

/** The header line of CSV. */
export const CSV_HEADER = `${FIELDS}\n`;

export const JSON_LINE: LineSyntax = {
  minute: (isoTime) => `{"minute":"${isoTime}","target":`,
  series: (target, column) => `${JSON.stringify(target)},"column":${JSON.stringify(column)},"status":"`,
  status: (name) => `${name}","score":`,
  noScore: 'null',
  verdict: (anomaly, label) => `,"anomaly":${anomaly},"label":${JSON.stringify(label)},"output":`,
  outputs: { open: '[', separator: ',', close: ']' },
  noOutputs: 'null',
  end: (error) =>
    `,"errno":${JSON.stringify(error?.errno ?? null)},"errmsg":${JSON.stringify(error?.errmsg ?? null)}}\n`,
};

export const CSV_LINE: LineSyntax = {
  minute: (isoTime) => `${isoTime},`,
  series: (target, column) => `${csvField(target)},${csvField(column ?? '')},`,
  status: (name) => `${name},`,
  noScore: '',
  verdict: (anomaly, label) =>
    `,${anomaly === null ? '' : Number(anomaly)},${csvField(label === null ? '' : String(label))},`,
  outputs: { open: '', separator: ' ', close: '' },
  noOutputs: '',
  end: (error) => `,${error?.errno ?? ''},${csvField(error?.errmsg ?? '')}\n`,
};
