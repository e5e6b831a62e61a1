import { judgeUpgrade, upgradeChecks, type UpgradeEvidence } from './judge-upgrade';

const whole: UpgradeEvidence = { before: '3.10.8', after: '4.0.5', depth: 6, queued: 6 };

const mistakes: readonly [string, (typeof upgradeChecks)[number], Partial<UpgradeEvidence>][] = [
  ['the new broker from the beginning', 'broker-version', { before: '4.0.5' }],
  ['the old broker to the end', 'broker-version', { after: '3.13.7' }],
  ['a broker that does not say what it is', 'broker-version', { after: '' }],
  ['a message less than jobs', 'queued-before', { depth: 5 }],
  ['an old broker without a message', 'queued-before', { depth: 0, queued: 0 }],
];

test('nothing is found from 3 to 4 with all messages in 3', () => {
  expect(judgeUpgrade(whole)).toEqual([]);
});

test.each(mistakes)('%s is found: %s', (_name, check, change) => {
  expect(judgeUpgrade({ ...whole, ...change }).map((found) => found.check)).toEqual([check]);
});

test('has a mistake for each check', () => {
  expect(new Set(mistakes.map(([, check]) => check))).toEqual(new Set(upgradeChecks));
});
