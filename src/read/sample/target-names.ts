import type { ReadOptions } from '../options.js';
import { plainName } from './field-shape.js';
import { newName } from './names.js';

/** From the surest to the least sure; each of them is compared as `plainName` writes it. */
const NAMES = [
  'target',
  'targetid',
  'targetname',
  'host',
  ...[
    'hostname',
    'hostid',
    'hostip',
    'machine',
    'machineid',
    'machinename',
    'server',
    'serverid',
    'servername',
  ],
  'instance',
  ...['instanceid', 'instancename'],
  'service',
  ...['serviceid', 'servicename', 'node', 'nodeid', 'nodename', 'pod', 'podname', 'podid'],
  ...['container', 'containername', 'containerid', 'device', 'deviceid', 'devicename', 'sensor', 'sensorid'],
  ...[
    'sensorname',
    'vm',
    'vmid',
    'vmname',
    'uniqueid',
    'entity',
    'entityid',
    'entityname',
    'asset',
    'assetid',
  ],
  ...[
    'assetname',
    'cmdbid',
    'itemid',
    'kpiid',
    'series',
    'seriesid',
    'seriesname',
    'tc',
    'station',
    'stationid',
  ],
  ...[
    'meter',
    'meterid',
    'unit',
    'unitid',
    'turbine',
    'turbineid',
    'application',
    'app',
    'appname',
    'component',
  ],
  ...['componentid', 'resource', 'resourceid', 'interface', 'queue', 'topic', 'database', 'endpoint', 'site'],
  ...['siteid', 'location', 'cluster', 'clusterid', 'clustername', 'namespace'],
  'name',
  'id',
];
const RANKS: ReadonlyMap<string, number> = new Map(NAMES.map((name, rank) => [name, rank]));

/** Names that were always targets, whatever they hold, unless that is a row number. */
const PLAIN = new Set(['target', 'target_id', 'host', 'instance', 'service', 'name', 'id']);
/** Names that row numbers have as well. */
const WEAK = new Set(['name', 'id', 'uniqueid', 'itemid', 'instanceid', 'unit', 'series', 'seriesid']);

export interface TargetName {
  /** The lower, the surer. */
  readonly rank: number;
  /** Whether it means the target even if its values are numbers. */
  readonly isPlain: boolean;
  /** Whether events and rows have such a name as well. */
  readonly isWeak: boolean;
}

/** What a field's name says about targets; null: nothing. */
export function targetName(field: string, options: ReadOptions): TargetName | null {
  const name = newName(field, options);
  const plain = plainName(name);
  const rank = RANKS.get(plain);
  if (rank === undefined) return null;
  return { rank, isPlain: PLAIN.has(name.toLowerCase()), isWeak: WEAK.has(plain) };
}

const ROW_NAMES =
  /^(?:id|row|rowid|rowno|rownumber|index|idx|no|nr|num|number|seq|sequence|recordid|unnamed:?0)?$/;

/** Whether a field whose values count up may be called so because it numbers the rows. */
export function isRowName(field: string): boolean {
  return ROW_NAMES.test(plainName(field));
}
