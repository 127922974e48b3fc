/* The texts around the numbers of a result line. */
import { csvField } from './csv-field.js';
import type { ItemError, Label } from './types.js';

/** How results name the status of a row. */
export type StatusName = 'ok' | 'warmup' | 'error';

/** A line is `minute head score verdict outputs end`; each part includes what separates it from the next one. */
export interface LineSyntax {
  readonly minute: (isoTime: string) => string;
  /** From the target to the status. */
  readonly head: (target: string, column: string | null, status: StatusName) => string;
  readonly noScore: string;
  /** With the label. */
  readonly verdict: (anomaly: boolean | null, label: Label) => string;
  readonly outputs: {
    readonly open: string;
    readonly separator: string;
    readonly close: string;
    readonly none: string;
  };
  readonly end: (error: ItemError | null) => string;
}

/** The columns of `results.csv`; the fields of a line of `results.jsonl` come in the same order. */
const FIELDS = 'minute,target,column,status,score,anomaly,label,output,errno,errmsg';

/** The header line of CSV. */
export const CSV_HEADER = `${FIELDS}\n`;

export const JSON_LINE: LineSyntax = {
  minute: (isoTime) => `{"minute":"${isoTime}","target":`,
  head: (target, column, status) =>
    `${jsonText(target)},"column":${jsonText(column)},"status":"${status}","score":`,
  noScore: 'null',
  verdict: (anomaly, label) => `,"anomaly":${anomaly},"label":${JSON.stringify(label)},"output":`,
  outputs: { open: '[', separator: ',', close: ']', none: 'null' },
  end: (error) =>
    `,"errno":${JSON.stringify(error?.errno ?? null)},"errmsg":${JSON.stringify(error?.errmsg ?? null)}}\n`,
};

export const CSV_LINE: LineSyntax = {
  minute: (isoTime) => `${isoTime},`,
  head: (target, column, status) => `${csvField(target)},${csvField(column ?? '')},${status},`,
  noScore: '',
  verdict: (anomaly, label) =>
    `,${anomaly === null ? '' : Number(anomaly)},${csvField(label === null ? '' : String(label))},`,
  outputs: { open: '', separator: ' ', close: '', none: '' },
  end: (error) => `,${error?.errno ?? ''},${csvField(error?.errmsg ?? '')}\n`,
};

/** Text that needs no escaping in JSON. */
const PLAIN = /^[\w .:/-]*$/;

function jsonText(text: string | null): string {
  if (text === null) return 'null';
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
