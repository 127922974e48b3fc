import { plural } from '../../core/count-text.js';
import { AiopsError, type Notice } from '../../core/errors.js';
import { ExportLines } from './export-lines.js';
import type { ExportFormat, ExportInput, ExportTable, Translation } from './export.js';

/**
 * What `sadf -d` of sysstat writes (https://man7.org/linux/man-pages/man1/sadf.1.html): one activity, in order of time.
 */
export const SADF: ExportFormat = {
  name: 'sadf',
  what: 'CSV of sysstat',
  evidence: 'it begins as sadf -d does',
  isBySeries: false,
  needsEnd: true,
  begins: (head) => /^\uFEFF?# hostname;interval;timestamp;/.test(head),
  translate: (input) => new SadfExport(input),
};

const HEADER = '# hostname;interval;timestamp;';
const ONE_ACTIVITY = 'export one activity: sadf -d DATAFILE -- -u (or -r, -q, -d, -n DEV …)';
/** `CPU`, `IFACE`, `DEV`: what the metrics of a row are of. */
const DEVICE = /^[A-Z]+$/;

/**
 * Drops what is no data: the length of each row's interval, the headers that come again, and the lines for restarts and
 * comments, which become blank ones. CPU -1 stands for all, and is called so, as by `sar`.
 */
class SadfExport implements Translation {
  table: ExportTable | null = null;
  readonly #file: string;
  readonly #lines: ExportLines;
  #header = '';
  #columns: readonly string[] = [];
  #hasCpu = false;
  #restarts = 0;
  #rows = 0;

  constructor(input: ExportInput) {
    this.#file = input.file;
    this.#lines = new ExportLines(input, (line) => this.#translate(line));
  }

  get found(): string {
    const devices = this.#columns.filter((name) => DEVICE.test(name));
    const metrics = this.#columns.length - devices.length;
    return `${plural(metrics, 'metric')} by ${['hostname', ...devices].join(', ')}`;
  }

  get notices(): readonly Notice[] {
    if (this.#restarts === 0) return [];
    const text = `${this.#file} has ${plural(this.#restarts, 'restart')} of the machine, each of which may leave a gap`;
    return [{ level: 'info', text }];
  }

  push(bytes: Buffer): void {
    this.#lines.push(bytes);
  }

  end(): void {
    this.#lines.end();
    if (this.#rows > 0) return;
    throw this.#unusable('holds no record', 'check DATAFILE, and the times that -s and -e select');
  }

  #translate(line: string): string {
    if (line.startsWith('#')) return this.#begin(line);
    const [host = '', interval, time = '', first = '', ...more] = line.split(';');
    if (interval === '-1') {
      if (first.startsWith('LINUX-RESTART')) this.#restarts++;
      if (/^(?:LINUX-RESTART|COM )/.test(first)) return '\n';
    }
    if (line === '') return '\n';
    if (this.#header === '') throw this.#unusable('does not begin as sadf -d does', ONE_ACTIVITY);
    this.#rows++;
    const device = this.#hasCpu && first === '-1' ? 'all' : first;
    return `${[host, time, device, ...more].join(';')}\n`;
  }

  #begin(line: string): string {
    if (line === this.#header) return '\n';
    if (this.#header !== '') throw this.#unusable('holds several activities of sysstat', ONE_ACTIVITY);
    if (line.includes('[...]'))
      throw this.#unusable('holds several devices or activities on a line (sadf -h)', ONE_ACTIVITY);
    if (line.includes('*'))
      throw this.#unusable('holds interrupts with a column per processor', ONE_ACTIVITY);
    this.#header = line;
    this.#columns = line.slice(HEADER.length).split(';');
    this.#hasCpu = this.#columns[0] === 'CPU';
    const devices = this.#columns.filter((name) => DEVICE.test(name));
    this.table = {
      format: 'csv',
      defaults: {
        ...{ delimiter: ';', skipLines: 0, timeColumn: 'timestamp', labelColumn: 'none' },
        targetColumns: ['hostname', ...devices],
      },
    };
    return `${['hostname', 'timestamp', ...this.#columns].join(';')}\n`;
  }

  #unusable(what: string, hint: string): AiopsError {
    return new AiopsError('input_unusable', `${this.#file} ${what}`, { hint });
  }
}
