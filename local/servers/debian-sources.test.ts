import { laterDebianSources } from './debian-sources';

const mirror = 'http://mirror.example/debian';

test('a deb822 file: the release is turned, updates, sources and security are left out', () => {
  const text = `Types: deb deb-src
# a comment
URIs: ${mirror}
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`;
  const name = '/etc/apt/sources.list.d/debian.sources';
  expect(laterDebianSources([{ name, text }], 'trixie')).toEqual([
    {
      format: 'sources',
      text: `Types: deb
URIs: ${mirror}
Suites: trixie
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`,
    },
  ]);
});

test('a one-line file: the same, with its options', () => {
  const text = `# deb ${mirror} bookworm main
deb [signed-by=/k.gpg arch=amd64] ${mirror}/ bookworm main
deb-src ${mirror} bookworm main
deb ${mirror} bookworm-updates main
deb http://mirror.example/debian-security bookworm-security main
`;
  expect(laterDebianSources([{ name: '/etc/apt/sources.list', text }], 'trixie')).toEqual([
    { format: 'list', text: `deb [signed-by=/k.gpg arch=amd64] ${mirror}/ trixie main\n` },
  ]);
});

test('what is not Debian, or not a source, gives nothing', () => {
  const files = [
    { name: '/x/node.list', text: 'deb https://other.example/node nodistro main\n' },
    { name: '/x/ubuntu.list', text: 'deb http://mirror.example/ubuntu jammy main\n' },
    { name: '/x/debian.list.disabled', text: `deb ${mirror} bookworm main\n` },
    { name: '/x/only-source.sources', text: `Types: deb-src\nURIs: ${mirror}\nSuites: bookworm\n` },
  ];
  expect(laterDebianSources(files, 'trixie')).toEqual([]);
});
