import { textReport } from '../../report/document.js';
import { backendFact, factLines, modelFacts, optionalFact, type Fact } from '../../report/facts.js';
import { countText, durationText, percentText, plural } from '../../report/format.js';
import type { DryRun } from '../dry-run.js';
import { earlierRunText } from '../resume/earlier-run.js';
import { rejectFacts } from './rejects.js';

/** What a run would do, for a terminal. */
export function dryRunText(run: DryRun, status: number): string {
  const { ready, out, earlier } = run;
  const output: Fact = ['output', earlierRunText(earlier, out)];
  const facts =
    ready === null
      ? [output, ['left', 'nothing to do'] as const, statusFact(status, '')]
      : [
          ...modelFacts({ ...ready.model, ...ready.input }),
          backendFact(ready.backend),
          ['checked', checkedText(run.served, ready.actors)] as const,
          output,
          ...leftFacts(run),
          statusFact(status, conditionsText(run)),
        ];
  return `${textReport([{ blocks: factLines(facts) }])}nothing was written\n`;
}

function leftFacts(run: DryRun): Fact[] {
  const { counts, rows, warmupRows, earlier } = run;
  const { accepted, merged, rejected, filtered } = counts;
  const account = `${countText(accepted)} accepted + ${countText(merged)} merged + ${countText(rejected)} rejected`;
  const notSelected = filtered === 0 ? '' : `; ${countText(filtered)} not selected`;
  const span = run.firstMinute === null ? '' : `, ${run.firstMinute} to ${run.lastMinute}`;
  const share = rows === 0 ? '' : ` (${percentText(warmupRows / rows)})`;
  return [
    ...optionalFact('left', earlier.state === 'resumes' ? 'what follows is what is left to do' : null),
    ['minutes', `${countText(counts.minutes)}${span}`],
    ['records', `${countText(counts.records)} = ${account}${notSelected}`],
    ...rejectFacts(run.rejects),
    ['rows', `${countText(rows)}, ${countText(warmupRows)} of them warm-up${share}`],
    ...optionalFact('time', estimateText(run)),
  ];
}

function statusFact(status: number, condition: string): Fact {
  return ['status', `the run would exit with ${status}${condition}`];
}

function conditionsText({ openGates }: DryRun): string {
  if (openGates.length === 0) return ', if no item fails and its output can be written';
  const gates = openGates.map((gate) => `'${gate}'`).join(', ');
  return `, if no item fails, its output can be written, and --fail-if ${gates} passes`;
}

function checkedText(served: DryRun['served'], actors: number): string {
  const with_ = plural(actors, 'actor');
  if (served === null)
    return `${with_} started; nothing was predicted, since no record is past its target's warm-up`;
  return `${with_} predicted ${plural(served.items, 'item')} of ${plural(served.minutes, 'minute')}`;
}

function estimateText({ estimateMs, served, readMs }: DryRun): string | null {
  if (estimateMs === null || served === null) return null;
  const { least, most } = estimateMs;
  const each = durationText(served.wallMs / served.items);
  return `an estimate: ${durationText(least)} to ${durationText(most)}, from reading all of it in ${durationText(readMs)}, and ${each} an item, without comparing`;
}
