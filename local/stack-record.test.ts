import { findStackConfig, stackConfigToStart } from './stack-record';

test.each([stackConfigToStart, findStackConfig])('%p refuses an unusable directory', (read) => {
  const load = () => read({ LOCAL_STATE_DIRECTORY: `${__filename}/x` }, 'local');
  expect(load).toThrow(/^LOCAL_STATE_DIRECTORY: expected a directory .* \(ENOTDIR\)$/);
});

test('a directory that was never made has no stack', () => {
  const directory = `${__dirname}/none`;
  expect(findStackConfig({ LOCAL_STATE_DIRECTORY: directory }, 'local')).toMatchObject({
    stateDirectory: directory,
  });
});
