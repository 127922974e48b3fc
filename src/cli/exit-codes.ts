import type { ErrorCode } from '../core/errors.js';

/** Exit status by error code, following BSD's sysexits.h if it has one. */
export const EXIT_STATUS: Readonly<Record<ErrorCode, number>> = {
  usage: 64,
  input_empty: 65,
  input_unusable: 65,
  input_out_of_order: 65,
  reject_limit: 65,
  input_missing: 66,
  actor_failed: 69,
  tool_failed: 69,
  unsupported: 69,
  internal: 70,
  output_cannot_create: 73,
  output_io: 74,
  output_locked: 75,
  incomplete: 75,
  config: 78,
  model: 78,
  backend: 78,
  backend_missing: 78,
  interrupted: 130,
};

/** The run succeeded, but a condition of `--fail-if` held or had no value. */
export const GATE_FAILED = 99;

/** The run succeeded, but some records were rejected or some items failed. */
export const DONE_WITH_FAILURES = 3;

/** 128 + the signal's number, as shells report it. */
export const SIGNAL_STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type EndingSignal = keyof typeof SIGNAL_STATUS;
