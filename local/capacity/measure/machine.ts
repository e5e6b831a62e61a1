import { execFile } from 'node:child_process';
import type { MongoClient } from 'mongodb';
import { cpus, loadavg, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { rabbitmqctl } from '../../servers/rabbitmqctl';
import type { StackConfig } from '../../stack-config';

export function machine() {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryBytes: totalmem(),
  };
}

/** One-minute load average (proc(5)). */
export const load = (): number => Math.round((loadavg()[0] ?? NaN) * 100) / 100;

export async function serverVersions(config: StackConfig, mongo: MongoClient) {
  const { stdout } = await promisify(execFile)('ffmpeg', ['-version']);
  const { version } = (await mongo.db('admin').command({ buildInfo: 1 })) as { version: string };
  const broker = await rabbitmqctl(config, 'eval', 'rabbit_misc:version().');
  return {
    ffmpeg: /version (\S+)/.exec(stdout)?.[1] ?? 'unknown',
    rabbitmq: broker.trim().replaceAll('"', ''),
    mongodb: version,
  };
}
