import { settingsAlike } from '../../shared-settings';
import type { Check, ManifestFinding } from '../check';
import { dependenciesOf } from '../model/dependencies';
import { processesOf } from '../model/process';

/** One broker, one MongoDB: users may differ, servers may not. */
const servers = ['RABBITMQ_URL', 'MONGO_URL'] as const;

/** What several processes are given is the same for all of them. */
export const sharedSettings: Check = (rendered) => {
  const processes = processesOf(rendered);
  const given = [
    ...settingsAlike.map((variable) => ({
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
