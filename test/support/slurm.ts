import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

import { until } from './wait.js';

const run = promisify(execFile);

const PROGRAMS = ['slurmctld', 'slurmd', 'sbatch', 'scontrol', 'squeue', 'sinfo', 'scancel'];

/** Why there can be no cluster here; false: there can. */
export function whyNoSlurm(): string | false {
  const lacking = PROGRAMS.filter((program) => spawnSync('which', [program]).status !== 0);
  return lacking.length > 0 && `not installed: ${lacking.join(', ')}`;
}

export interface SlurmCluster {
  /** For the commands of Slurm. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs one of them and returns what it prints. */
  ask(program: string, ...args: readonly string[]): Promise<string>;
}

/** Starts a cluster of one node with two processors, for this user, which ends with the test. */
export async function startSlurm(t: TestContext): Promise<SlurmCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'slurm-'));
  const env = { SLURM_CONF: join(folder, 'slurm.conf') };
  const ports = [await freePort(), await freePort()] as const;
  for (const name of ['state', 'spool']) mkdirSync(join(folder, name));
  writeFileSync(env.SLURM_CONF, configuration(folder, ports));
  const ask = async (program: string, ...args: readonly string[]): Promise<string> => {
    const { stdout } = await run(program, args, { env: { ...process.env, ...env } });
    return stdout.trim();
  };
  const daemon = (program: string, ...args: readonly string[]): ChildProcess =>
    spawn(program, ['-D', ...args], { env: { ...process.env, ...env }, stdio: 'ignore' });
  const daemons = [daemon('slurmctld', '-i'), daemon('slurmd', '-N', 'node')];
  t.after(async () => {
    if (daemons.every(isUp)) await endJobs(ask);
    for (const process of daemons) if (process.kill()) await once(process, 'close');
    rmSync(folder, { recursive: true, force: true });
  });
  await until('Slurm has started', async () => {
    if (!daemons.every(isUp)) throw new Error(`Slurm has ended: ${logsIn(folder)}`);
    return (await ask('sinfo', '--noheader', '--format=%T').catch(() => '')) === 'idle';
  });
  return { env, ask };
}

const isUp = (daemon: ChildProcess): boolean => daemon.exitCode === null && daemon.signalCode === null;

/** Processes of jobs outlive the daemon that started them. */
async function endJobs(ask: SlurmCluster['ask']): Promise<void> {
  await ask('scancel', '--user', userInfo().username);
  await until('no job is left', async () => (await ask('squeue', '--noheader')) === '');
}

const logsIn = (folder: string): string =>
  ['slurmctld', 'slurmd'].map((name) => readFileSync(join(folder, `${name}.log`), 'utf8')).join('\n');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Needs neither MUNGE nor root, and listens on the loopback address alone. */
const configuration = (folder: string, [controller, node]: readonly [number, number]): string => `
ClusterName=test
SlurmUser=${userInfo().username}
SlurmdUser=${userInfo().username}
AuthType=auth/none
CredType=cred/none
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${node}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
MailProg=/bin/true
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1
KillWait=5
SlurmdParameters=config_overrides
NodeName=node NodeHostname=${hostname()} NodeAddr=127.0.0.1 CPUs=2
PartitionName=main Nodes=node Default=YES MaxTime=INFINITE State=UP
`;
