/** A change of the clocks of a zone: its date and time on the clocks before it, counted as if it were UTC. */
export interface ClockChange {
  readonly zone: string;
  readonly wallMs: number;
}

const CHANGES: Readonly<Record<string, readonly string[]>> = {
  'Europe/Berlin': ['2024-03-31T02:00', '2024-10-27T03:00'],
  'America/New_York': ['2024-03-10T02:00', '2024-11-03T02:00'],
  // By two hours.
  'Antarctica/Troll': ['2024-03-31T01:00', '2024-10-27T03:00'],
  // By half an hour.
  'Australia/Lord_Howe': ['2024-10-06T02:00', '2024-04-07T02:00'],
  // At midnight.
  'America/Sao_Paulo': ['2018-11-04T00:00', '2019-02-17T00:00'],
  // At 00:01.
  'America/St_Johns': ['2005-04-03T00:01', '2005-10-30T00:01'],
  'America/Goose_Bay': ['2005-04-03T00:01', '2005-10-30T00:01'],
  // For a month.
  'Africa/Casablanca': ['2024-03-10T03:00', '2024-04-14T02:00'],
  // Over a whole day, at the date line.
  'Pacific/Apia': ['2011-12-30T00:00', '2011-09-24T03:00'],
  'Pacific/Kwajalein': ['1993-08-21T00:00'],
};

export const CLOCK_CHANGES: readonly ClockChange[] = Object.entries(CHANGES).flatMap(([zone, walls]) =>
  walls.map((wall) => ({ zone, wallMs: Date.parse(`${wall}Z`) })),
);
