import { type InspectedContainer, judgeHardening } from './hardening';

const held: InspectedContainer = {
  Name: '/video-to-mp3-gateway-1',
  Config: { User: '1000:1000' },
  HostConfig: {
    ReadonlyRootfs: true,
    Privileged: false,
    CapDrop: ['ALL'],
    CapAdd: null,
    SecurityOpt: ['no-new-privileges:true'],
    Memory: 1024,
    PidsLimit: 10,
    PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1' }], '9090/tcp': null },
  },
};

test('nothing is found in a container that may do nothing', () => {
  expect(judgeHardening([held])).toEqual([]);
});

test.each<[string, Partial<InspectedContainer['HostConfig']>]>([
  ['writable-root', { ReadonlyRootfs: false }],
  ['capabilities', { CapDrop: null }],
  ['capabilities', { CapAdd: ['NET_ADMIN'] }],
  ['capabilities', { Privileged: true }],
  ['new-privileges', { SecurityOpt: null }],
  ['unlimited', { Memory: 0 }],
  ['unlimited', { PidsLimit: null }],
  ['open-port', { PortBindings: { '8080/tcp': [{ HostIp: '' }] } }],
])('%s is found', (check, change) => {
  const found = judgeHardening([{ ...held, HostConfig: { ...held.HostConfig, ...change } }]);
  expect(found.map((finding) => finding.check)).toEqual([check]);
});

test.each(['', '0', 'root', '0:1000'])('the user "%s" is root', (User) => {
  expect(judgeHardening([{ ...held, Config: { User } }]).map(({ check }) => check)).toEqual([
    'root-user',
  ]);
});
