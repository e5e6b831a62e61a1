import { refusalReasons, refusalSentences } from './refusal-reason';

test('every reason has its own sentences, and no sentence is without a reason', () => {
  expect(Object.keys(refusalSentences).sort()).toEqual([...refusalReasons].sort());
  expect(new Set(Object.values(refusalSentences)).size).toBe(refusalReasons.length);
});

test.each(refusalReasons)('%s is told in whole sentences on one line', (reason) => {
  // The sentence stands in a mail and in an answer to curl.
  expect(refusalSentences[reason]).toMatch(/^[A-Z][^\n\r]{15,200}\.$/);
});
