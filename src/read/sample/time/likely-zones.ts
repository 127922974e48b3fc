/** Zones that many recordings come from, before others whose clocks show the same. */
const WELL_KNOWN = [
  ...['Europe/Berlin', 'Europe/London', 'Europe/Athens', 'America/New_York', 'America/Chicago'],
  ...['America/Denver', 'America/Los_Angeles', 'America/Halifax', 'America/Anchorage', 'America/St_Johns'],
  ...['America/Sao_Paulo', 'America/Santiago', 'Australia/Sydney', 'Australia/Adelaide', 'Pacific/Auckland'],
];

/** All zones that Intl knows, the well-known ones first. */
export function likelyZones(): ReadonlySet<string> {
  return new Set([...WELL_KNOWN, ...Intl.supportedValuesOf('timeZone')]);
}
