import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryDirectory } from '../../repository-directory';
import { type FakeKubectl, installFakeKubectl } from './fake-kubectl';

const overlays = join(repositoryDirectory(), 'manifests/overlays');

let directory: string;
let kubectl: FakeKubectl;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'create-secrets-'));
  mkdirSync(join(directory, 'tmp'));
  kubectl = installFakeKubectl(directory);
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function create(overlay: string, environment: Record<string, string>, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(
    'sh',
    [join(overlays, overlay, 'create-secrets.sh'), ...words],
    {
      encoding: 'utf8',
      env: {
        PATH: `${kubectl.binDirectory}:/usr/bin:/bin`,
        TMPDIR: join(directory, 'tmp'),
        ...environment,
      },
    },
  );
  const secrets: Record<string, Record<string, string>> = Object.fromEntries(
    [...kubectl.secrets()].map(([name, keys]) => [name, Object.fromEntries(keys)]),
  );
  return { status, stdout, stderr, secrets, calls: kubectl.calls() };
}

const gmail = { GMAIL_ADDRESS: 'mp3@gmail.com', GMAIL_PASSWORD: `a 'quoted' $word\\n` };

it('makes what is missing, with values as they were given', () => {
  const { status, secrets } = create('minikube', { MYSQL_PASSWORD: 'Auth123', ...gmail });
  expect(status).toBe(0);
  expect(Object.keys(secrets).sort()).toEqual(['auth-secret', 'notification-secret']);
  expect(secrets['auth-secret']?.['MYSQL_PASSWORD']).toBe('Auth123');
  expect(secrets['auth-secret']?.['JWT_SECRET']).toMatch(/^[0-9a-f]{64}$/);
  expect(secrets['notification-secret']).toEqual(gmail);
});

it('shows no secret to whoever lists processes, and leaves none on the disk', () => {
  const { calls, stdout } = create('minikube', { MYSQL_PASSWORD: 'Auth123', ...gmail });
  expect(calls).toContain('create secret generic auth-secret');
  for (const shown of [calls, stdout]) expect(shown).not.toMatch(/Auth123|quoted/);
  expect(readdirSync(join(directory, 'tmp'))).toEqual([]);
});

it("leaves the tutorial's Secrets as they are", () => {
  for (const name of ['auth-secret', 'notification-secret']) {
    kubectl.keep(name, { JWT_SECRET: 'sarcasm' });
  }
  const { status, secrets, stdout } = create('minikube', { MYSQL_PASSWORD: 'other', ...gmail });
  expect(status).toBe(0);
  expect(stdout).toMatch(/auth-secret: is there, left as it is\n.*notification-secret: is there/);
  expect(secrets).toEqual({
    'auth-secret': { JWT_SECRET: 'sarcasm' },
    'notification-secret': { JWT_SECRET: 'sarcasm' },
  });
});

it('says what is missing, and makes the rest', () => {
  const { status, secrets, stderr } = create('minikube', { SMTP_URL: 'smtp://mail.example.com' });
  expect(status).toBe(1);
  expect(stderr).toMatch(/auth-secret: NOT made; set MYSQL_PASSWORD/);
  expect(stderr).toMatch(/notification-secret: NOT made; set MAIL_FROM/);
  expect(secrets).toEqual({});
  const second = create('minikube', { MYSQL_PASSWORD: 'Auth123' });
  expect(second.status).toBe(1);
  expect(Object.keys(second.secrets)).toEqual(['auth-secret']);
});

it('makes up the passwords of databases inside, and the address that has one', () => {
  const mail = { SMTP_URL: 'smtp://mail.example.com', MAIL_FROM: 'mp3@example.com' };
  const { status, secrets } = create('minikube-inside', mail);
  expect(status).toBe(0);
  expect(secrets['notification-secret']).toEqual(mail);
  const { MONGO_PASSWORD, MONGO_URL, MONGO_INITDB_ROOT_PASSWORD } = secrets['mongodb-secret'] ?? {};
  expect(MONGO_PASSWORD).toMatch(/^[0-9a-f]{32}$/);
  expect(MONGO_URL).toBe(
    `mongodb://video-to-mp3:${MONGO_PASSWORD ?? ''}@mongodb:27017/?authSource=admin`,
  );
  const made = [
    MONGO_PASSWORD,
    MONGO_INITDB_ROOT_PASSWORD,
    secrets['mysql-secret']?.['MYSQL_ROOT_PASSWORD'],
    secrets['auth-secret']?.['MYSQL_PASSWORD'],
  ];
  expect(new Set(made).size).toBe(4);
});

it('fails as kubectl does when no cluster answers', () => {
  const { status, stderr } = create('minikube', { MYSQL_PASSWORD: 'x', CLUSTER_IS_DOWN: '1' });
  expect(status).toBe(1);
  expect(stderr).toMatch('connection refused');
});

it('refuses a word it does not know', () => {
  expect(create('minikube', {}, '--insde')).toMatchObject({ status: 2, calls: '' });
});
