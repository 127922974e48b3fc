const MINUTES = 30;
const BAD_MINUTE = 12;
export const WINDOW = 4;

/** Answers with the mean of the window; a value of -1 in it ends the process, one of -2 is beyond it. */
export const ANALYZER = `
  const held = [];
  export function createAnalyzer({ params }) {
    return {
      window: ${WINDOW},
      predict: async (items) => {
        if (params.grow) {
          held.push(Buffer.alloc(100_000_000, 1));
          await new Promise((resolve) => setTimeout(resolve, 1100)); // memory is measured once a second
        }
        return items.map(({ values, target }) => {
          if (values.includes(-1)) process.exit(0);
          if (values.includes(-2)) throw new Error('no idea about ' + target);
          return { score: values.reduce((a, b) => a + b) / values.length, anomaly: false, output: [] };
        });
      },
    };
  }`;

/** Six targets, one of which turns up every third minute only, so that others move from actor to actor. */
export function recordingCsv(badValue: number): string {
  const lines = ['timestamp,target,cpu,mem'];
  for (let minute = 0; minute < MINUTES; minute++) {
    const time = new Date(Date.UTC(2024, 0, 1, 0, minute)).toISOString();
    for (const target of ['a', 'b', 'c', 'd', 'e', 'f']) {
      if (target === 'a' && minute % 3 !== 0) continue;
      const cpu = target === 'c' && minute === BAD_MINUTE ? badValue : minute + 1;
      lines.push(`${time},${target},${cpu},${10 * minute}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

interface Row {
  readonly minute: string;
  readonly target: string;
  readonly column: string;
  readonly status: string;
  readonly errno: string | null;
}

/** Minute, target, column and errno of each error row. */
export const errorsIn = (results: string): string[] =>
  results
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
    .filter(({ status }) => status === 'error')
    .map(({ minute, target, column, errno }) => `${minute.slice(14, 16)} ${target} ${column} ${errno}`);

/** Rows of these targets, minute after minute; the value says how `CRASHING` fares. */
export function valuesCsv(minutes: number, values: Readonly<Record<string, number>>): string {
  const lines = Array.from({ length: minutes }, (_, minute) => {
    const time = new Date(Date.UTC(2024, 0, 1, 0, minute)).toISOString();
    return Object.entries(values).map(([target, value]) => `${time},${target},${value}`);
  });
  return `timestamp,target,value\n${lines.flat().join('\n')}\n`;
}

/** A value of 1 ends the process. */
export const CRASHING = `
  export const createAnalyzer = () => ({
    window: 2,
    predict: (items) => items.map(({ values }) => {
      if (values.includes(1)) process.exit(0);
      return { score: 0, anomaly: false, output: [] };
    }),
  });`;

export const CRASH_FLAGS = ['replay', 'data.csv', '--analyzer', 'mine.mjs', '--compare', 'none'];
