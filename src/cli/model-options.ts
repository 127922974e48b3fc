import type { Command } from 'commander';

import { AiopsError } from '../core/errors.js';
import type { BareModelFlags } from '../model/bare-model.js';
import type { ModelChoice } from '../model/model-choice.js';

/** The flags that say what answers items, as commander collects them. */
export interface ModelFlags {
  readonly model?: string;
  readonly analyzer?: string;
  readonly param?: Readonly<Record<string, string>>;
  readonly window?: number;
  readonly modelColumns?: BareModelFlags['columns'];
  readonly normalize?: BareModelFlags['normalize'];
  readonly missing?: BareModelFlags['missing'];
  readonly outputKind?: BareModelFlags['output'];
  readonly threshold?: number;
  readonly signature?: string;
}

/** @throws AiopsError `usage` where flags contradict each other or have nothing to speak of */
export function modelChoice(flags: ModelFlags): ModelChoice {
  const { model, analyzer, param } = flags;
  const given = BARE_MODEL_FLAGS.filter((name) => flags[name] !== undefined).map(dashed);
  const [first] = given;
  if (analyzer !== undefined) {
    if (model !== undefined)
      throw contradiction('--model and --analyzer both say what answers items', 'leave one of them out');
    if (first !== undefined) {
      const hint = 'an analyzer says itself what it sees; values for it go by --param';
      throw contradiction(`${first} describes a bare --model, not an --analyzer`, hint);
    }
    return { kind: 'analyzer', module: analyzer };
  }
  if (param !== undefined)
    throw contradiction(
      '--param is for an --analyzer, and there is none',
      'add --analyzer FILE, or leave it out',
    );
  if (model === undefined && first !== undefined)
    throw contradiction(
      `${first} describes a bare --model, and there is none`,
      'add --model PATH, or leave it out',
    );
  if (first !== undefined && flags.window === undefined) {
    const hint = 'for a bare model add --window N, the intervals that an item has; for a bundle leave it out';
    throw contradiction(
      `${first} describes a bare model, but --window, without which there is none, is lacking`,
      hint,
    );
  }
  return { kind: 'model', path: model ?? null, bare: bareModelFlags(flags) };
}

/** Flags that only describe a bare model. */
const BARE_MODEL_FLAGS = [
  'window',
  'modelColumns',
  'normalize',
  'missing',
  'outputKind',
  'threshold',
  'signature',
] as const satisfies readonly (keyof ModelFlags)[];

/** A flag by commander's name for it. */
export function dashed(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * Leaves out what a stronger source has overruled: an `--analyzer` of the command line goes before a `model` of
 * the environment or the configuration file, and the other way round.
 */
export function leaveOutOverruled(command: Command): void {
  const sides = [
    { head: 'model', members: ['model', ...BARE_MODEL_FLAGS] },
    { head: 'analyzer', members: ['analyzer', 'param'] },
  ];
  const rank = (name: string): number => SOURCES.indexOf(command.getOptionValueSource(name) ?? '');
  const [weaker, stronger] = sides.sort((a, b) => rank(a.head) - rank(b.head));
  if (weaker === undefined || stronger === undefined || rank(weaker.head) < 0) return;
  for (const name of weaker.members)
    if (rank(name) < rank(stronger.head)) command.setOptionValueWithSource(name, undefined, undefined);
}

/** Where a flag's value may come from, the weakest first. */
const SOURCES = ['config', 'env', 'cli'];

function contradiction(message: string, hint: string): AiopsError {
  return new AiopsError('usage', message, { hint });
}

/** Null where no flag speaks of a bare model. */
function bareModelFlags(flags: ModelFlags): BareModelFlags | null {
  const { window, modelColumns, normalize, missing, outputKind, threshold, signature } = flags;
  if (window === undefined) return null;
  return {
    window,
    columns: modelColumns ?? 'each',
    normalize: normalize ?? 'none',
    missing: missing ?? 'hold',
    output: outputKind ?? 'raw',
    threshold: threshold ?? null,
    signature: signature ?? null,
  };
}
