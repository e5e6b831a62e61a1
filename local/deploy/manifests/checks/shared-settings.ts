import type { Check, ManifestFinding } from '../check';
import { dependenciesOf } from '../model/dependencies';
import { processesOf } from '../model/process';

/** Settings that two processes must have alike to find each other's messages, records and files. */
const alike = [
  'VIDEO_QUEUE',
  'MP3_QUEUE',
  'RETRY_DELAYS_MS',
  'MAX_QUEUED_PER_OWNER',
  'JOBS_DATABASE',
  'VIDEOS_DATABASE',
  'MP3S_DATABASE',
  'MYSQL_HOST',
  'MYSQL_PORT',
  'MYSQL_DB',
  'BCRYPT_COST',
] as const;

/** One broker, one MongoDB: users may differ, servers may not. */
const servers = ['RABBITMQ_URL', 'MONGO_URL'] as const;

/** What several processes are given is the same for all of them. */
export const sharedSettings: Check = (rendered) => {
  const processes = processesOf(rendered);
  const given = [
    ...alike.map((variable) => ({
      variable,
      values: processes.flatMap((process) => {
        const reads = Object.values(process.settings).some(({ env }) => env === variable);
        const value = reads ? process.text(variable) : undefined;
        return value === undefined ? [] : [{ who: process.workload.name, value }];
      }),
    })),
    ...servers.map((variable) => ({
      variable,
      values: processes.flatMap((process) => {
        const hosts = dependenciesOf(process).filter((one) => one.variable === variable);
        if (hosts.length === 0 || hosts.some(({ host }) => host === undefined)) return [];
        const value = hosts.map(({ host, port }) => `${host ?? ''}:${port}`).join(',');
        return [{ who: process.workload.name, value }];
      }),
    })),
  ];
  return given.flatMap(({ variable, values }): ManifestFinding[] => {
    if (new Set(values.map(({ value }) => value)).size < 2) return [];
    const who = values.map((one) => `${one.value} for ${one.who}`).join(', ');
    const problem = `expected one ${variable} for all, got ${who}`;
    return [{ check: 'shared-settings', where: rendered.overlay, problem }];
  });
};
