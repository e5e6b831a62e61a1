// For mongosh in MongoDB's container: logs in as its root, by what the container was started with. So
// the password is no argument: arguments show in lists of processes.
function given(name) {
  const file = process.env[`${name}_FILE`];
  const value = process.env[name] ?? (file && require('fs').readFileSync(file, 'utf8').trim());
  if (!value) throw new Error(`expected ${name} or ${name}_FILE in the environment, got neither`);
  return value;
}
db.getSiblingDB('admin').auth(
  given('MONGO_INITDB_ROOT_USERNAME'),
  given('MONGO_INITDB_ROOT_PASSWORD'),
);
