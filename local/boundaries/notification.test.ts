import { describeBoundaries } from './describe-boundaries';
import { notificationScenario } from './notification-scenario';

describeBoundaries(notificationScenario);
