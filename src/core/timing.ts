/** Where the time of a run went, summed over all chunks and minutes, ms. */
export type Breakdown = Readonly<Record<BreakdownPart, number>>;

export const CHUNK_PARTS = ['encodeMs', 'pipeMs', 'decodeMs', 'normalizeMs', 'predictMs', 'replyMs'] as const;
export type ChunkPart = (typeof CHUNK_PARTS)[number];
export type BreakdownPart = ChunkPart | 'gatherMs';

/** The share of the work that one actor did. */
export interface ActorShare {
  /** 0-based slot in the pool. */
  readonly actor: number;
  readonly chunks: number;
  readonly items: number;
  /** Service times of its chunks, summed, ms. */
  readonly serviceMs: number;
  readonly breakdownMs: Readonly<Record<ChunkPart, number>>;
}
