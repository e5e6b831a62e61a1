// Run by the image of MongoDB once, while its data directory is empty: the product's own user. It
// reads and writes the product's databases and may do nothing else.
const { readFileSync } = require('fs');

const url = readFileSync('/run/secrets/mongo-url', 'utf8').trim();
const [, user, pwd] = /^mongodb:\/\/([^:@/]+):([^:@/]+)@/.exec(url) ?? [];
if (user === undefined || pwd === undefined) {
  throw new Error('mongo-url: expected mongodb://<user>:<password>@…, got something else');
}
db.getSiblingDB('admin').createUser({
  user: decodeURIComponent(user),
  pwd: decodeURIComponent(pwd),
  roles: ['videos', 'mp3s', 'jobs'].map((name) => ({ role: 'readWrite', db: name })),
});
