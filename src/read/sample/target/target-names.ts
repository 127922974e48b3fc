import type { ReadOptions } from '../../options.js';
import { plainName } from '../field-shape.js';
import { newName } from '../names.js';

/** From the surest to the least sure; each of them is compared as `plainName` writes it. */
const NAMES = [
  ...['target', 'targetid', 'targetname', 'host', 'hostname', 'hostid', 'hostip', 'machine', 'machineid'],
  ...['machinename', 'server', 'serverid', 'servername', 'instance', 'instanceid', 'instancename', 'service'],
  ...['serviceid', 'servicename', 'node', 'nodeid', 'nodename', 'pod', 'podname', 'podid', 'container'],
  ...['containername', 'containerid', 'device', 'deviceid', 'devicename', 'sensor', 'sensorid', 'sensorname'],
  ...[
    'vm',
    'vmid',
    'vmname',
    'uniqueid',
    'entity',
    'entityid',
    'entityname',
    'asset',
    'assetid',
    'assetname',
  ],
  ...['cmdbid', 'itemid', 'kpiid', 'series', 'seriesid', 'seriesname', 'tc', 'station', 'stationid'],
  ...['meter', 'meterid', 'turbine', 'turbineid', 'interface', 'unit', 'unitid', 'application', 'app'],
  ...['appname', 'component', 'componentid', 'resource', 'resourceid', 'queue', 'topic', 'database'],
  ...['endpoint', 'site', 'siteid', 'location', 'cluster', 'clusterid', 'clustername', 'namespace'],
  ...['name', 'id'],
];
const RANKS: ReadonlyMap<string, number> = new Map(NAMES.map((name, rank) => [name, rank]));

/** Names that were always targets, whatever they hold, unless that is a row number. */
const PLAIN = new Set(['target', 'target_id', 'host', 'instance', 'service', 'name', 'id']);
/** Names that row numbers have as well. */
const WEAK = new Set(['name', 'id', 'uniqueid', 'itemid', 'instanceid', 'unit', 'series', 'seriesid']);
/** Names that facts about a whole recording have as well. */
const VAGUE_FROM = NAMES.indexOf('unit');

export interface TargetName {
  /** The lower, the surer. */
  readonly rank: number;
  /** Whether it means the target whatever it holds. */
  readonly isPlain: boolean;
  /** Whether events and rows have such a name as well. */
  readonly isWeak: boolean;
  /** Whether it means the target only if rows show it. */
  readonly isVague: boolean;
}

/** What a field's name says about targets; null: nothing. Of a path, such as `tags.host`, its end counts. */
export function targetName(field: string, options: ReadOptions): TargetName | null {
  const name = newName(field, options);
  const path = name.split('.');
  const ends = [path.slice(-2), path.slice(-1)].map((end) => plainName(end.join('')));
  const found = [plainName(name), ...ends.filter((end) => !WEAK.has(end))].find((end) => RANKS.has(end));
  if (found === undefined) return null;
  const rank = RANKS.get(found) ?? 0;
  const isPlain = PLAIN.has(name.toLowerCase());
  return { rank, isPlain, isWeak: WEAK.has(found), isVague: rank >= VAGUE_FROM && !isPlain };
}

const ROW_ID = /^(?:row|record)?id$/;
const ROW_NUMBER = /^(?:id|row|rowno|rownumber|index|idx|unnamed:?0)?$/;

/** Whether a field of whole numbers that differ in every row is called as what numbers the rows. */
export function isRowName(field: string, countsUp: boolean): boolean {
  const name = plainName(field);
  return ROW_ID.test(name) || (countsUp && ROW_NUMBER.test(name));
}
