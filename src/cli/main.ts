import { existsSync } from 'node:fs';

import { Command, CommanderError } from 'commander';

import { AiopsError } from '../core/errors.js';
import { shellPath } from '../core/shell-word.js';
import { program } from '../program/package-files.js';
import { isGone } from '../output/stream-sink.js';
import { Console } from './console.js';
import { EXIT_STATUS } from './exit-codes.js';
import { outliveTerminal } from './hang-up.js';
import { withAttachedValue } from './attached-choice.js';
import { endUncaught } from './signals.js';
import { sourceStack } from './source-stack.js';
import { settingsOf } from './sources/command-line.js';
import { inSurroundings } from './surroundings.js';

const DESCRIPTION =
  'Replays recorded minutes of monitoring data through a TensorFlow.js model in a fixed pool of child-process ' +
  'actors, writes the predictions, and measures sequential against parallel serving.';

const EXAMPLES = `
Examples:
  $ aiops-serve inspect data.jsonl
  $ aiops-serve replay data.jsonl
  $ aiops-serve replay host-a.csv host-b.csv.gz --actors 4 --out backfill/
  $ aiops-serve status backfill/
  $ zcat minutes.csv.gz | aiops-serve replay - --out - | head
  $ aiops-serve bench --actors 4
  $ aiops-serve native install

Exit status: 0 done, 3 done with rejects or failed items, 64 usage, 65 input unusable, 66 input missing,
69 an actor or a tool failed, 73/74 output, 75 another run holds the output, or slices are missing,
78 configuration, model or a changed run, 99 a --fail-if held, 129/130/143 interrupted. All: docs/guide.md`;

type SetStatus = (status: number) => void;

interface LazyCommand {
  /** For the program's help. */
  readonly usage: string;
  readonly summary: string;
  /** Loads the command and defines its arguments, options and action. */
  readonly define: (command: Command, done: SetStatus) => Promise<void>;
}

/** The commands by name. Only the one on the command line is loaded. */
const COMMANDS: Readonly<Record<string, LazyCommand>> = {
  replay: {
    usage: '[options] <input...>',
    summary: 'Replays recordings through a model and compares sequential with parallel serving.',
    define: async (command, done) => (await import('./serving-commands.js')).defineReplay(command, done),
  },
  inspect: {
    usage: '[options] <input...>',
    summary: 'Shows how inputs would be read, why, and what they hold; writes nothing.',
    define: async (command, done) => (await import('./serving-commands.js')).defineInspect(command, done),
  },
  bench: {
    usage: '[options] [input...]',
    summary: 'Measures what sequential and parallel serving cost here, and how many actors are worth having.',
    define: async (command, done) => (await import('./serving-commands.js')).defineBench(command, done),
  },
  plan: {
    usage: '[options] <input...>',
    summary: 'Cuts recordings into slices that several processes or machines replay.',
    define: async (command, done) => (await import('./serving-commands.js')).definePlan(command, done),
  },
  slice: {
    usage: '[options] <plan> <number>',
    summary: 'Replays one slice of a plan.',
    define: async (command, done) => (await import('./slice-command.js')).defineSlice(command, done),
  },
  merge: {
    usage: '[options] <folder>',
    summary: 'Joins the slices of a plan to one run and reports on it.',
    define: async (command, done) => (await import('./merge-command.js')).defineMerge(command, done),
  },
  status: {
    usage: '[options] <folder>',
    summary: 'Shows the run in an output folder, its progress, and whether it is running.',
    define: async (command) => (await import('./status-command.js')).defineStatus(command),
  },
  model: {
    usage: '<command>',
    summary: 'Describes, checks and seals model bundles.',
    define: async (command, done) => (await import('./model-command.js')).defineModel(command, done),
  },
  native: {
    usage: '<command>',
    summary: "Manages native TensorFlow for --backend node, in a folder in the user's cache.",
    define: async (command, done) => (await import('./native-command.js')).defineNative(command, done),
  },
};

/** Parses the command line and runs its command; sets the exit status and lets the streams drain. */
async function main(): Promise<void> {
  outliveTerminal();
  endUncaught(statusOf);
  process.stdout.on('error', onOutputError);
  process.stderr.on('error', () => undefined); // a closed standard error is not a failure
  const args = process.argv.slice(2);
  try {
    refuseOtherWords(args);
    const cli = await programFor(args, (status) => (process.exitCode = status));
    await cli.parseAsync(withAttachedValues(args, cli), { from: 'user' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') throw error; // bin/ explains it
    process.exitCode = statusOf(error);
  }
}

/** The program, with the command that these arguments need. */
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

function withAttachedValues(args: readonly string[], cli: Command): readonly string[] {
  const settings = cli.commands.flatMap((command) => [...settingsOf(command)]);
  return settings.reduce<readonly string[]>(
    (attached, [flag, { row }]) =>
      row.optional === undefined ? attached : withAttachedValue(attached, `--${flag}`, row.optional),
    args,
  );
}

/** The name of the command to run or show the help of. Flags before it take no values. */
function namedCommand(args: readonly string[]): string | undefined {
  const [first, second] = args.filter((arg) => !arg.startsWith('-'));
  return first === 'help' ? second : first;
}

/** @throws AiopsError `usage` for a word that is no command, where more can be said than commander does */
function refuseOtherWords(args: readonly string[]): void {
  const [first, second] = args.filter((arg) => !arg.startsWith('-'));
  const isKnown = (word: string): boolean => word === 'help' || Object.hasOwn(COMMANDS, word);
  if (first === 'help' && second !== undefined && !isKnown(second))
    throw new AiopsError('usage', `there is no command ${second}`, {
      hint: `${program.name} --help lists the commands`,
    });
  if (first !== undefined && !isKnown(first) && existsSync(first))
    throw new AiopsError('usage', `${first} is no command`, {
      hint: `to replay it: ${program.name} replay ${shellPath(first)}`,
    });
}

/** Makes a command and its subcommands throw errors, which point to the command's help. */
function reportToMain(command: Command, called: string): void {
  command.exitOverride().showHelpAfterError(`(see ${called} --help)`);
  for (const below of command.commands) reportToMain(below, `${called} ${below.name()}`);
}

/** A reader such as `head` may close the pipe early; any other error is a failure. */
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
