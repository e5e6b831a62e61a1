import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryDirectory } from '../../repository-directory';

let checkout = '';
beforeEach(() => {
  checkout = join(mkdtempSync(join(tmpdir(), 'generate secrets-')), 'checkout');
  mkdirSync(join(checkout, 'compose'), { recursive: true });
  const script = 'compose/generate-secrets.sh';
  cpSync(join(repositoryDirectory(), script), join(checkout, script));
});
afterEach(() => {
  rmSync(join(checkout, '..'), { recursive: true, force: true });
});

const script = () => join(checkout, 'compose/generate-secrets.sh');
/** Debian's sh is dash; every variable of ours, and bash' habits, are away. */
const generate = (cwd = checkout, file = script()) =>
  execFileSync('sh', [file], { cwd, encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } });
const read = (path: string) => readFileSync(join(checkout, path), 'utf8');
const all = () =>
  Object.fromEntries(
    readdirSync(join(checkout, '.secrets')).map((name) => [name, read(`.secrets/${name}`)]),
  );

it('makes all of it, each once, and says so', () => {
  const said = generate();
  const first = all();
  for (const name of Object.keys(first)) expect(said).toContain(`.secrets/${name}\n`);
  expect(said).toContain('.env\n');
  expect(generate()).toMatch(/^Nothing to do/);
  expect(all()).toEqual(first);
});

it('makes others every time', () => {
  generate();
  const first = all();
  for (const name of ['.secrets', '.env']) rmSync(join(checkout, name), { recursive: true });
  generate();
  const second = all();
  expect(Object.keys(second)).toEqual(Object.keys(first));
  const same = Object.keys(first).filter((name) => first[name] === second[name]);
  // The inbox has no password.
  expect(same).toEqual(['smtp-url']);
});

it('makes passwords of 128 bits and keys of 256, all different', () => {
  generate();
  const random = Object.entries(all()).filter(([name]) => /-(password|secret|key)$/.test(name));
  for (const [name, text] of random) {
    expect(text).toMatch(name.endsWith('password') ? /^[0-9a-f]{32}\n$/ : /^[0-9a-f]{64}\n$/);
  }
  expect(random.length).toBeGreaterThanOrEqual(8);
  expect(new Set(random.map(([, text]) => text)).size).toBe(random.length);
});

it('lets nobody else into the directory, and containers read the files', () => {
  generate();
  const mode = (path: string) => statSync(join(checkout, path)).mode & 0o777;
  expect(mode('.secrets')).toBe(0o700);
  for (const name of Object.keys(all())) expect(mode(`.secrets/${name}`)).toBe(0o444);
  expect(mode('.env')).toBe(0o644);
});

it('writes no secret into .env', () => {
  generate();
  const environment = read('.env');
  for (const [name, text] of Object.entries(all())) {
    if (/-(password|secret|key|url)$/.test(name)) expect(environment).not.toContain(text.trim());
  }
});

it('runs from anywhere', () => {
  const elsewhere = join(checkout, '..', 'elsewhere');
  mkdirSync(elsewhere);
  generate(elsewhere, script());
  const first = all();
  expect(generate(join(checkout, 'compose'), 'generate-secrets.sh')).toMatch(/^Nothing to do/);
  expect(all()).toEqual(first);
});

it('fills in what is missing from what is there', () => {
  generate();
  const first = all();
  for (const name of ['mongo-url', 'rabbitmq-user']) rmSync(join(checkout, '.secrets', name));
  rmSync(join(checkout, '.env'));
  const said = generate();
  expect(said.split('\n').slice(1, -1)).toEqual([
    '  .secrets/mongo-url',
    '  .secrets/rabbitmq-user',
    '  .env',
  ]);
  expect(all()).toEqual(first);
});

it('keeps what a person wrote', () => {
  generate();
  rmSync(join(checkout, '.secrets/smtp-url'));
  writeFileSync(join(checkout, '.secrets/smtp-url'), 'smtps://me:secret@mail.example.com\n');
  writeFileSync(join(checkout, '.env'), 'GATEWAY_PORT=80\n');
  generate();
  expect(read('.secrets/smtp-url')).toContain('mail.example.com');
  expect(read('.env')).toBe('GATEWAY_PORT=80\n');
});

const refusal = () => spawnSync('sh', [script()], { cwd: checkout, encoding: 'utf8' });

test.each([
  ['mysql-password', 'mysql', []],
  ['mysql-root-password', 'mysql', []],
  ['mongo-root-password', 'mongo', []],
  ['mongo-password', 'mongo', ['mongo-url']],
  ['rabbitmq-password', 'rabbitmq', ['rabbitmq-url', 'rabbitmq-user']],
])('where .env is, makes no new %s for an old volume', (password, volume, madeOfIt) => {
  generate();
  const first = all();
  rmSync(join(checkout, '.secrets', password));
  const { status, stderr } = refusal();
  expect(status).toBe(1);
  expect(stderr).toContain(`.secrets/${password} is missing`);
  expect(stderr).toContain('Put the file back from the backup (8-settings.tar');
  expect(stderr).toContain(`docker volume rm video-to-mp3_${volume}\n`);
  const { [password]: lost, ...others } = first;
  expect(lost).toMatch(/^[0-9a-f]{32}\n$/);
  expect(all()).toEqual(others);

  // As it says: what is named is moved away, and the rest stays.
  const away = ['.env', ...madeOfIt.map((name) => `.secrets/${name}`)];
  expect(stderr).toContain(`move away: ${away.join(' ')}\n`);
  for (const path of away) rmSync(join(checkout, path));
  generate();
  const second = all();
  const fresh = Object.keys(first).filter((name) => second[name] !== first[name]);
  expect(fresh).toEqual([password, ...madeOfIt].sort());
});

it('also where all is lost that was made of the password', () => {
  generate();
  for (const name of ['mongo-password', 'mongo-url']) rmSync(join(checkout, '.secrets', name));
  expect(refusal().stderr).toContain('move away: .env\n');
  expect(Object.keys(all())).not.toContain('mongo-password');
});

it.each(['jwt-secret', 'grafana-secret-key', 'grafana-password'])(
  'makes a new %s, which no volume keeps',
  (name) => {
    generate();
    const first = all();
    rmSync(join(checkout, '.secrets', name));
    expect(generate().split('\n').slice(1, -1)).toEqual([`  .secrets/${name}`]);
    const { [name]: old, ...others } = first;
    expect(all()).toMatchObject(others);
    expect(all()[name]).not.toBe(old);
  },
);

test.each([
  ['rabbitmq-password', 'rabbitmq-url'],
  ['mongo-password', 'mongo-url'],
])('without .env, makes no %s that the %s of the lost one would not fit', (password, madeOfIt) => {
  generate();
  rmSync(join(checkout, '.secrets', password));
  rmSync(join(checkout, '.env'));
  const others = all();
  const { status, stderr } = refusal();
  expect(status).toBe(1);
  expect(stderr).toContain(`.secrets/${password} is missing, and .secrets/${madeOfIt} was made`);
  expect(stderr).toContain('put it back, or remove both');
  expect(all()).toEqual(others);
});

it('goes on where it was interrupted before .env', () => {
  generate();
  for (const path of ['.env', '.secrets/mysql-password', '.secrets/jwt-secret']) {
    rmSync(join(checkout, path));
  }
  expect(generate().split('\n').slice(1, -1)).toEqual([
    '  .secrets/mysql-password',
    '  .secrets/jwt-secret',
    '  .env',
  ]);
});

it('makes nothing of a random source that gives nothing', () => {
  const programs = join(checkout, 'programs');
  mkdirSync(programs);
  writeFileSync(join(programs, 'od'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const { status, stderr } = spawnSync('sh', [script()], {
    cwd: checkout,
    encoding: 'utf8',
    env: { PATH: `${programs}:/usr/bin:/bin` },
  });
  expect(status).not.toBe(0);
  expect(stderr).toContain('expected 16 bytes from /dev/urandom');
  expect(Object.keys(all())).toEqual([]);
});
