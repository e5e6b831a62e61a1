// What the processes log in as: they read and write three databases, and nothing else. Run by the
// image as root, the first time.
db.getSiblingDB('admin').createUser({
  user: 'video-to-mp3',
  pwd: process.env.MONGO_PASSWORD,
  roles: ['videos', 'mp3s', 'jobs'].map((name) => ({ role: 'readWrite', db: name })),
});
