import { describeBoundaries } from './describe-boundaries';
import { gatewayScenario } from './gateway-scenario';

describeBoundaries(gatewayScenario);
