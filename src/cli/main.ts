import { Command, CommanderError } from 'commander';

import { AiopsError } from '../core/errors.js';
import { program } from '../program/files.js';
import { isGone } from '../output/stream-sink.js';
import { Console } from './console.js';
import { EXIT_STATUS } from './exit-codes.js';
import { outliveTerminal } from './hang-up.js';
import { withAttachedChoice } from './attached-choice.js';
import { sourceStack } from './source-stack.js';
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

type SetStatus = (status: number) => void;

interface LazyCommand {
  /** As the program's help shows it. */
  readonly usage: string;
  readonly summary: string;
  /** Loads the command and gives it its arguments, options and action. */
  readonly define: (command: Command, done: SetStatus) => Promise<void>;
}

/** The commands by name. Only the one that is named on the command line is loaded. */
const COMMANDS: Readonly<Record<string, LazyCommand>> = {
  replay: {
    usage: '[options] <input...>',
    summary: 'Replays recordings through a model and compares sequential with parallel serving.',
    define: async (command, done) => (await import('./replay-command.js')).defineReplay(command, done),
  },
  bench: {
    usage: '[options] [input...]',
    summary: 'Measures what sequential and parallel serving cost here, and how many actors are worth having.',
    define: async (command, done) => (await import('./bench-command.js')).defineBench(command, done),
  },
  status: {
    usage: '[options] <folder>',
    summary: 'Says what run an output folder holds, how far it is, and whether it is running.',
    define: async (command) => (await import('./status-command.js')).defineStatus(command),
  },
  model: {
    usage: '<command>',
    summary: 'Works on model bundles.',
    define: async (command) => (await import('./model-command.js')).defineModel(command),
  },
  native: {
    usage: '<command>',
    summary: 'Native TensorFlow for --backend node, in a folder of its own in the cache of this user.',
    define: async (command, done) => (await import('./native-command.js')).defineNative(command, done),
  },
};

/** Parses the command line and runs the command that it names; sets the exit status and lets the streams drain. */
async function main(): Promise<void> {
  outliveTerminal();
  process.stdout.on('error', onOutputError);
  process.stderr.on('error', () => undefined); // where nobody reads what goes wrong, that is no failure
  const args = withAttachedChoice(process.argv.slice(2), '--verify-input', 'sample');
  try {
    const cli = await programFor(args, (status) => (process.exitCode = status));
    await cli.parseAsync(args, { from: 'user' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') throw error; // for bin/, as its own
    process.exitCode = statusOf(error);
  }
}

/** The whole program as far as these arguments need it. */
async function programFor(args: readonly string[], done: SetStatus): Promise<Command> {
  const cli = new Command(program.name)
    .description(DESCRIPTION)
    .version(program.version)
    .addHelpText('after', EXAMPLES)
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` });
  const named = namedCommand(args);
  for (const [name, { usage, summary, define }] of Object.entries(COMMANDS)) {
    const command = new Command(name).description(summary);
    cli.addCommand(command);
    if (name === named) await define(command, done);
    else command.usage(usage);
  }
  reportToMain(cli, program.name);
  return cli;
}

/** The command that is run, or whose help is shown; the program's own flags take no values. */
function namedCommand(args: readonly string[]): string | undefined {
  const [first, second] = args.filter((arg) => !arg.startsWith('-'));
  return first === 'help' ? second : first;
}

/** Errors of a command and of its subcommands come back to us, and point to that command's help. */
function reportToMain(command: Command, called: string): void {
  command.exitOverride().showHelpAfterError(`(see ${called} --help)`);
  for (const below of command.commands) reportToMain(below, `${called} ${below.name()}`);
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
    `This is a bug in ${program.name} ${program.version}; please report it with what follows.\n${sourceStack(error)}\n`,
  );
  return EXIT_STATUS.internal;
}

await main();
