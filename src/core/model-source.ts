/** Whether every predict call has the same shape where that can change an answer, or the shape of its items. */
export type BatchShape = 'fixed' | 'free';

/** What answers items: a bundle, with the manifest as the parent read it, or a module of the user's. */
export type ModelSource =
  | {
      readonly kind: 'bundle';
      /** Absolute path of its folder. */
      readonly folder: string;
      /** JSON */
      readonly manifest: string;
    }
  | {
      readonly kind: 'analyzer';
      /** Absolute path of an ES module. */
      readonly module: string;
    };
