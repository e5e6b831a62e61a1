import { looksSecret, secretsInText, secretsInWords } from './secret-looking';

test.each([
  ['RABBITMQ_DEFAULT_PASS', 'guest'],
  ['MYSQL_PWD', 'Auth123'],
  ['RABBITMQ_ERLANG_COOKIE', 'abc'],
  ['JWT_KEY', 'sarcasm'],
  ['PGPASSWORD', '/begins/like/a/path'],
  ['secretKey', 'abc'],
  ['GF_SECURITY_ADMIN_PASSWORD', '12345'],
])('%s=%s is a secret', (name, value) => {
  expect(looksSecret(name, value)).toBe(true);
});

test.each([
  ['MYSQL_PASSWORD_FILE', '/run/secrets/mysql-password'],
  ['MYSQL_PASSWORD', '$(PASSWORD)'],
  ['MYSQL_PASSWORD', ''],
  ['topologyKey', 'kubernetes.io/hostname'],
  ['PUBLIC_KEY', 'abc'],
  ['key', 'MYSQL_PASSWORD'],
  ['automountToken', 'false'],
  ['COMPASS', 'north'].reverse(),
])('%s=%s is none', (name = '', value = '') => {
  expect(looksSecret(name, value)).toBe(false);
});

test.each([
  ['default_pass = guest', 'default_pass'],
  ['global:\n  smtp_auth_password: x\n', 'smtp_auth_password'],
  ['- erlang.cookie: abc', 'erlang.cookie'],
  ['{"user":"a","password":"b"}', 'password'],
  ['rabbitmq --password=x', 'password'],
  ['|1 NPM_TOKEN=abc /bin/sh -c npm ci', 'NPM_TOKEN'],
  ['//npm.example.com/:_authToken=abc', '_authToken'],
  ["MYSQL_PWD='a b' mysql -u root", 'MYSQL_PWD'],
  ['curl https://x.example/?api_key=abc', 'api_key'],
])('in %j there is one', (content, name) => {
  expect(secretsInText(content)).toEqual([`a value for ${name}`]);
});

test.each([
  ['amqp://relay:hunter2@rabbitmq', 'a password in a URL'],
  ['-----BEGIN EC PRIVATE KEY-----', 'a private key'],
])('in %j there is one by its form', (content, what) => {
  expect(secretsInText(content)).toEqual([what]);
});

test.each([
  'amqp://$(USER):$(PASSWORD)@rabbitmq',
  'expected mongodb://<user>:<password>@host',
  'default_pass = {{ .password }}',
  'MYSQL_PWD=$$(cat /run/secrets/mysql-password) mysql -e "DO 1"',
  'MYSQL_PWD="$MYSQL_PASSWORD" mysql',
  'proxy_pass http://$gateway;',
  'expr: sum(rate(x{reason="token"}[5m])) == 1',
])('in %j there is none', (content) => {
  expect(secretsInText(content)).toEqual([]);
});

it('takes the code of a program for no value, and what is quoted in it for one', () => {
  const code = 'createUser({\n  pwd: process.env.MONGO_PASSWORD,\n})';
  expect(secretsInText(code, 'create-user.js')).toEqual([]);
  const quoted = code.replace('process.env.MONGO_PASSWORD', "'hunter2'");
  expect(secretsInText(quoted, 'create-user.js')).toEqual(['a value for pwd']);
});

it('finds the value of an option in the next word', () => {
  expect(secretsInWords(['mysql', '--password', 'x'])).toEqual(['a value for --password']);
  expect(secretsInWords(['mysql', '--password', '--silent'])).toEqual([]);
  expect(secretsInWords(['sh', '-c', 'MYSQL_PWD=x mysql'])).toEqual(['a value for MYSQL_PWD']);
});
