import { badFiles } from './bad-files';
import { brokerDisk } from './broker-disk';
import { brokerMemory } from './broker-memory';
import { brokerRefuses } from './broker-refuses';
import { convertersGone } from './converters-gone';
import { crashLoop } from './crash-loop';
import { deadLetters } from './dead-letters';
import { fullDisks } from './full-disks';
import { hangingConversions } from './hanging-conversions';
import { healthy } from './healthy';
import { mongodbOutage } from './mongodb-outage';
import { oneConverterGone } from './one-converter-gone';
import { orphans } from './orphans';
import type { Situation } from './situation';
import { slowConversions } from './slow-conversions';
import { smtpOutage } from './smtp-outage';

/**
 * In the order they are brought about. Whether alerts end is watched while the next ones go on, so
 * those that look back longest come early.
 */
export const situations: readonly Situation[] = [
  healthy,
  badFiles,
  deadLetters,
  orphans,
  crashLoop,
  hangingConversions,
  slowConversions,
  fullDisks,
  brokerRefuses,
  mongodbOutage,
  smtpOutage,
  oneConverterGone,
  convertersGone,
  brokerMemory,
  brokerDisk,
];
