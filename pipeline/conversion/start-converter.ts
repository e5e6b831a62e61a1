import { availableParallelism } from 'node:os';
import type { ConfigOf } from '../../observability/config';
import type { RunningProcess } from '../../observability/run-process';
import type { converterSettings } from '../config';
import type { SettlingParts } from '../deliveries/deliveries';
import { startWorker } from '../worker/start-worker';
import { assembleConverter, type ConverterParts } from './assemble-converter';
import { ConverterModule } from './converter.module';

/**
 * Starts the converter worker. One in a process: golevelup keeps its connections in a static field
 * and registers handlers once.
 *
 * @param alter For test builds, as is `alterSettling`.
 */
export function startConverter(
  config: ConfigOf<typeof converterSettings>,
  alter: (parts: ConverterParts) => ConverterParts = (parts) => parts,
  alterSettling?: (parts: SettlingParts) => SettlingParts,
): Promise<RunningProcess> {
  return startWorker(
    'converter',
    ['video'],
    config.concurrency ?? availableParallelism(),
    config,
    (parts) => {
      const { converter, ...assembled } = assembleConverter(parts, config, alter);
      return {
        module: ConverterModule.with(parts.consumer, parts.deliveries, converter),
        ...assembled,
      };
    },
    alterSettling,
  );
}
