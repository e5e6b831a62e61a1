import { jobSettings } from '../observability/shared-settings';

/** The command needs MongoDB only: the relay carries out what it orders. */
export const deadLettersSettings = { ...jobSettings };
