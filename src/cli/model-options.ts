import { AiopsError } from '../core/errors.js';
import type { BareModelFlags } from '../model/bare-model.js';
import type { ModelChoice } from '../run/model-choice.js';

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
  const bare = bareModelFlags(flags);
  if (analyzer !== undefined) {
    if (model !== undefined)
      throw contradiction('--model and --analyzer both say what answers items', 'leave one of them');
    if (bare !== null)
      throw contradiction(
        '--window and the like describe a bare --model, not an --analyzer',
        'an analyzer says itself what it sees; values for it go by --param',
      );
    return { kind: 'analyzer', module: analyzer };
  }
  if (param !== undefined)
    throw contradiction(
      '--param is for an --analyzer, and there is none',
      'add --analyzer FILE, or leave --param',
    );
  if (model === undefined && bare !== null)
    throw contradiction(
      '--window and the like describe a bare --model, and there is none',
      'add --model PATH, or leave these flags',
    );
  return { kind: 'model', path: model ?? null, bare };
}

function contradiction(message: string, hint: string): AiopsError {
  return new AiopsError('usage', message, { hint });
}

/** Null where no flag speaks of a bare model. */
function bareModelFlags(flags: ModelFlags): BareModelFlags | null {
  const { window, modelColumns, normalize, missing, outputKind, threshold, signature } = flags;
  const given = { modelColumns, normalize, missing, outputKind, threshold, signature };
  if (window === undefined) {
    if (Object.values(given).every((value) => value === undefined)) return null;
    throw new AiopsError('usage', 'a bare model is described without --window', {
      hint: 'add --window N, the intervals that an item has; a bundle with a manifest needs none of these flags',
    });
  }
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
