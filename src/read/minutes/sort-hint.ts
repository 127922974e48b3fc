import type { FilePlan } from '../lines/plan.js';
import { STDIN_NAME } from '../bytes/raw-bytes.js';

/** How to bring a file into time order, as a command to copy. */
export function sortHint(plan: FilePlan, timezone: string): string {
  if (timezone === 'UTC') return sortCommand(plan);
  return `where clocks in ${timezone} went back, local times alone do not tell the order: record them in UTC or with their offset; otherwise ${sortCommand(plan)}`;
}

function sortCommand(plan: FilePlan): string {
  const isStdin = plan.file === STDIN_NAME;
  const isPacked = /\.gz$/i.test(plan.file);
  const file = isStdin ? 'FILE' : quote(plan.file);
  const show = isPacked ? `gzip -dc ${file}` : `cat ${file}`;
  if (plan.format === 'jsonl') {
    const key = JSON.stringify(plan.timeField);
    return `sort it: ${show} | jq -s -c 'sort_by(.[${key}])[]' > sorted.jsonl`;
  }
  const field = plan.header.indexOf(plan.timeField) + 1;
  const delimiter = plan.delimiter === '\t' ? "$'\\t'" : `'${plan.delimiter}'`;
  return `sort it: ${show} | (IFS= read -r header; echo "$header"; LC_ALL=C sort -s -t ${delimiter} -k ${field},${field}) > sorted.csv`;
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
