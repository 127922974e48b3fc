/** What an actor can do wrong while it is at work on a chunk; faulty-actor.ts does it for a target of that name. */
export const FAULT_NAMES = [
  'killed',
  'segfaults',
  'aborts',
  'stopped',
  'loops',
  'late',
  'out of memory',
  'exits 0',
  'exits 7',
  'closes its pipe',
  'garbage',
  'prints',
  'too few',
  'too many',
  'twice',
  'another id',
  'dies after',
  'dies in its answer',
] as const;

export type Fault = (typeof FAULT_NAMES)[number];
