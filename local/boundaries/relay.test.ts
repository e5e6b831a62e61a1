import { describeBoundaries } from './describe-boundaries';
import { relayScenario } from './relay-scenario';

describeBoundaries(relayScenario);
