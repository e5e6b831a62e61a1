import { describeBoundaries } from './describe-boundaries';
import { converterScenario } from './converter-scenario';

describeBoundaries(converterScenario);
