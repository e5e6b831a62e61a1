import { slowFfmpeg } from '../stack/slow-ffmpeg';
import type { Situation } from './situation';

/** ffmpeg gets a tenth of its CPU time. */
export const slowConversions: Situation = {
  name: 'conversions get a tenth of the CPU',
  alerts: [{ name: 'ConversionsSlow' }],
  begin: ({ processes }) => Promise.resolve(slowFfmpeg(() => processes.converterPids())),
};
