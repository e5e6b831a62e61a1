import { createStackConfig, loadStackConfig } from './stack-config';
import { portsFrom, portsPerStack } from './stack-ports';
import { StackError } from './stack-error';

test('the two stacks of a checkout share no port and no directory', () => {
  const [local, tests] = [loadStackConfig({}, 'local'), loadStackConfig({}, 'test')];
  const ports = [...Object.values(local.ports), ...Object.values(tests.ports)];
  expect(new Set(ports).size).toBe(ports.length);
  expect(local.stateDirectory).toMatch(/\/\.local$/);
  expect(tests.stateDirectory).toMatch(/\/\.local\/test$/);
});

test('every port lies within the range that a stack takes', () => {
  for (const port of Object.values(portsFrom(1000))) {
    expect(port).toBeGreaterThanOrEqual(1000);
    // The last one is kept free: private stacks reserve their range with it.
    expect(port).toBeLessThan(1000 + portsPerStack - 1);
  }
});

test('the environment moves one stack and not the other', () => {
  const environment = { LOCAL_PORT_BASE: '30000', LOCAL_STATE_DIRECTORY: '/elsewhere' };
  expect(loadStackConfig(environment, 'local')).toMatchObject({
    portBase: 30000,
    stateDirectory: '/elsewhere',
  });
  expect(loadStackConfig(environment, 'test')).toEqual(loadStackConfig({}, 'test'));
});

test.each(['abc', '80', '65530', '70000', '1.5', ''])(
  'a port base of %j is refused by name',
  (value) => {
    const load = () => loadStackConfig({ LOCAL_PORT_BASE: value }, 'local');
    expect(load).toThrow(StackError);
    expect(load).toThrow(`got "${value}"`);
    expect(load).toThrow(/^LOCAL_PORT_BASE: expected a whole number from 1024 to \d{5}, got/);
  },
);

test('servers are looked for where Debian keeps them, too', () => {
  const config = createStackConfig({
    stateDirectory: '.local',
    portBase: 2000,
    executablePath: '/bin',
  });
  expect(config.executablePath.split(':')).toEqual(['/bin', '/usr/sbin', '/sbin']);
});
