import type { ReplayConfig } from '#build/replay/replay-config.js';
import { replayConfig } from '#build/cli/replay-options.js';
import { REPLAY_SETTINGS, type ReplayValues } from '#build/cli/settings.js';
import type { Settings } from '#build/cli/settings/setting.js';

const ROWS = Object.values(REPLAY_SETTINGS).flatMap((group: Settings) => Object.entries(group));

const DEFAULTS = Object.fromEntries(
  ROWS.flatMap(([name, row]) => ('default' in row ? [[name, row.default]] : [])),
) as unknown as ReplayValues;

/** What the command line makes of these inputs and flags. */
export function configOf(inputs: readonly string[], flags: Partial<ReplayValues>): ReplayConfig {
  return replayConfig(inputs, { ...DEFAULTS, ...flags }, []);
}
