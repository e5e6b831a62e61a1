import { mirrorOf } from './debian-mirror';

describe('mirrorOf', () => {
  test('reads the one-line format, and leaves out other vendors and comments', () => {
    const text = `# deb https://old.example/debian bookworm main
deb https://vendor.example/apt stable main
deb [arch=amd64] https://mirror.example/debian/ bookworm main
deb https://mirror.example/debian-security bookworm-security main`;
    expect(mirrorOf([text])).toEqual({
      main: 'https://mirror.example/debian',
      security: 'https://mirror.example/debian-security',
    });
  });

  test('reads deb822 stanzas, and makes up no security archive', () => {
    const stanza = 'Types: deb\nURIs: https://mirror.example/debian\nSuites: bookworm\n';
    expect(mirrorOf([stanza])).toEqual({
      main: 'https://mirror.example/debian',
      security: undefined,
    });
  });

  test('says so where there is no Debian source', () => {
    expect(() => mirrorOf(['URIs: https://vendor.example/apt'])).toThrow('no Debian archive in');
  });
});
