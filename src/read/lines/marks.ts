/** What surrounds the records of a file, line by line. */
export interface LineMarks {
  /** Lines before the header of CSV, or before the elements of a list inside of other JSON. */
  readonly skipLines: number;
  /** CSV only: how many lines between header and rows have the units of columns; absent: none. */
  readonly unitLines?: number;
  /** CSV only: whether lines that begin with # are comments. */
  readonly hasComments: boolean;
  /** JSON only: whether the lines are the elements of one list, with its brackets and commas. */
  readonly isList: boolean;
}

export const NO_MARKS: LineMarks = { skipLines: 0, hasComments: false, isList: false };
