import { ConfigError, loadConfig } from '../observability/config';
import { gatewayRelations, gatewaySettings } from './config';

const load = (environment: Record<string, string>) =>
  loadConfig('gateway', gatewaySettings, environment, gatewayRelations);

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    load(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test('nothing set: the addresses and names of the tutorial', () => {
  expect(load({})).toMatchObject({
    host: '0.0.0.0',
    port: 8080,
    authAddress: 'auth:5000',
    mongoUrl: 'mongodb://host.minikube.internal:27017',
    rabbitmqUrl: 'amqp://rabbitmq:5672',
    videoQueue: 'video',
    mp3Queue: 'mp3',
    videosDatabase: 'videos',
    mp3sDatabase: 'mp3s',
    maxUploadBytes: 4_294_967_296,
  });
});

test.each(['auth:5000', '127.0.0.1:5000', '[::1]:5000', 'auth.svc.cluster.local:80'])(
  'AUTH_SVC_ADDRESS may be %s',
  (address) => {
    expect(load({ AUTH_SVC_ADDRESS: address }).authAddress).toBe(address);
  },
);

test.each(['auth', 'http://auth:5000', 'auth:5000/path', 'user@auth:5000', 'auth:', 'auth:5000 '])(
  'AUTH_SVC_ADDRESS may not be %j',
  (address) => {
    expect(problemsOf({ AUTH_SVC_ADDRESS: address })).toEqual([
      `AUTH_SVC_ADDRESS: expected host:port, without a scheme, got ${JSON.stringify(address)}`,
    ]);
  },
);

test('settings that do not go together are all named at once', () => {
  expect(
    problemsOf({
      PORT: '9000',
      ADMIN_PORT: '9000',
      MP3S_DATABASE: 'videos',
      VIDEO_QUEUE: 'work',
      MP3_QUEUE: 'work',
    }),
  ).toEqual([
    'PORT and ADMIN_PORT: expected two ports, got 9000 for both',
    'VIDEOS_DATABASE and MP3S_DATABASE: expected two databases, got videos for both',
    'VIDEO_QUEUE and MP3_QUEUE: expected two queues, got work twice',
  ]);
});

test('a wrong URL is not printed: it may hold a password', () => {
  const problems = problemsOf({ MONGO_URL: 'http://user:pa55word@mongo' });
  expect(problems).toHaveLength(1);
  expect(problems.join()).not.toContain('pa55word');
});
