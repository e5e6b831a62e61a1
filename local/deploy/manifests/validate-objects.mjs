// Reads [{ model, object }] from standard input and writes for each what its model says of it, or
// null. A program of its own because the models are ES modules, which Jest does not load.
import { text } from 'node:stream/consumers';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';

const results = [];
for (const { model, object } of JSON.parse(await text(process.stdin))) {
  const { [basename(model)]: Model } = await import(pathToFileURL(`${model}.js`).href);
  try {
    new Model(object).validate();
    results.push(null);
  } catch (error) {
    results.push(error.message);
  }
}
process.stdout.write(JSON.stringify(results));
