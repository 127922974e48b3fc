import { AiopsError } from '../core/errors.js';

/** How a process ended. */
export interface ActorExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it never began; null where it did. */
  readonly spawnError: string | null;
}

/** Whose end it was. */
export interface LostActor {
  readonly name: string;
  readonly pid: number | undefined;
  /** What it was doing, to be read after "while". */
  readonly doing: string;
  /** The end of what it wrote to standard error. */
  readonly lastLines: readonly string[];
}

const SHOWN_LINES = 5;
/** What Node prints around an error that nobody caught, which would hide the error itself. */
const STACK_LINE = /^\s*(at .*|Node\.js v[\d.]+|)$/;

/** The error that an actor's unasked-for end is. */
export function describeExit(exit: ActorExit, { name, pid, doing, lastLines }: LostActor): AiopsError {
  if (exit.spawnError !== null) {
    return new AiopsError('actor_failed', `${name} could not be started: ${exit.spawnError}`, {
      hint: 'check the limits on processes and memory, or use fewer --actors',
    });
  }
  const how = exit.signal === null ? `exited with status ${exit.exitCode}` : `was ended by ${exit.signal}`;
  const telling = lastLines.filter((line) => !STACK_LINE.test(line)).slice(-SHOWN_LINES);
  const words = telling.length === 0 ? '' : `; its last lines were: ${telling.join(' | ')}`;
  return new AiopsError('actor_failed', `${name} (pid ${pid}) ${how} while ${doing}${words}`, {
    hint:
      exit.signal === 'SIGKILL'
        ? 'if nobody killed it, the system may have run out of memory: try fewer --actors'
        : 'what it printed before is on standard error, marked with its name',
  });
}
