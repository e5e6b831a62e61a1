import { MongoNetworkError, MongoServerError } from 'mongodb';
import { isMongoOutage } from './mongo-outage';

const socketError = (code: string) => Object.assign(new Error(`write ${code}`), { code });

it.each([
  ['a broken connection', new MongoNetworkError('connection 3 to 127.0.0.1 closed'), true],
  // What the driver throws when the connection breaks while a request waits for the socket.
  ['the reset of its socket', socketError('ECONNRESET'), true],
  ['a pipe without another end', socketError('EPIPE'), true],
  ['a full disk of the server', new MongoServerError({ code: 14031, message: 'disk' }), true],
  ['a duplicate key', new MongoServerError({ code: 11000, message: 'duplicate' }), false],
  ['a missing local file', socketError('ENOENT'), false],
  ['a defect of ours', new TypeError('undefined'), false],
])('%s', (_what, error, outage) => {
  expect(isMongoOutage(error)).toBe(outage);
});
