import { inspect } from 'node:util';

import { Command, CommanderError } from 'commander';

import { AiopsError } from '../core/errors.js';
import { program } from '../host/program.js';
import { isGone } from '../output/stream-sink.js';
import { benchCommand } from './bench-command.js';
import { Console } from './console.js';
import { EXIT_STATUS } from './exit-codes.js';
import { outliveTerminal } from './hang-up.js';
import { modelCommand } from './model-command.js';
import { nativeCommand } from './native-command.js';
import { replayCommand } from './replay-command.js';
import { statusCommand } from './status-command.js';
import { withAttachedChoice } from './attached-choice.js';
import { inSurroundings } from './surroundings.js';

const DESCRIPTION =
  'Replays recorded minutes of monitoring data through a TensorFlow.js model in a fixed pool of child-process ' +
  'actors, writes the predictions, and measures sequential against parallel serving.';

const EXAMPLES = `
Examples:
  $ aiops-serve replay data.jsonl
  $ aiops-serve replay host-a.csv host-b.csv.gz --actors 4 --out backfill/
  $ aiops-serve status backfill/
  $ zcat minutes.csv.gz | aiops-serve replay - --out - | head
  $ aiops-serve bench --actors 4
  $ aiops-serve native install

Exit status: 0 done, 3 done with rejects or failed items, 64 usage, 65 input unusable, 66 input missing,
69 an actor or a tool failed, 73/74 output, 75 another run holds the output, 78 configuration, model or
a changed run, 99 a --fail-if held, 129/130/143 interrupted. All: docs/guide.md`;

/** Parses the command line and runs what it names; sets the exit status and lets the streams drain. */
async function main(): Promise<void> {
  const cli = new Command(program.name)
    .description(DESCRIPTION)
    .version(program.version)
    .addHelpText('after', EXAMPLES)
    .addCommand(replayCommand((status) => (process.exitCode = status)))
    .addCommand(benchCommand((status) => (process.exitCode = status)))
    .addCommand(statusCommand())
    .addCommand(modelCommand())
    .addCommand(nativeCommand((status) => (process.exitCode = status)));
  prepare(cli, program.name);
  outliveTerminal();
  process.stdout.on('error', onOutputError);
  process.stderr.on('error', () => undefined); // where nobody reads what goes wrong, that is no failure
  try {
    await cli.parseAsync(withAttachedChoice(process.argv, '--verify-input', 'sample'));
  } catch (error) {
    process.exitCode = statusOf(error);
  }
}

/** Errors of a command and those below it come back to us, and point to that command's help. */
function prepare(command: Command, called: string): void {
  command.exitOverride().showHelpAfterError(`(see ${called} --help)`);
  for (const below of command.commands) prepare(below, `${called} ${below.name()}`);
}

/** Whoever read our output, `| head` for instance, may have seen enough; anything else is a failure. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (!isGone(error, process.stdout)) process.exitCode = EXIT_STATUS.output_io;
}

function statusOf(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : EXIT_STATUS.usage;
  const error = inSurroundings(thrown);
  if (error instanceof AiopsError && error.code !== 'internal') {
    new Console({ quiet: false, stream: process.stderr }).error(error);
    return EXIT_STATUS[error.code];
  }
  process.stderr.write(
    `This is a bug in ${program.name} ${program.version}; please report it with what follows.\n${inspect(error)}\n`,
  );
  return EXIT_STATUS.internal;
}

await main();
