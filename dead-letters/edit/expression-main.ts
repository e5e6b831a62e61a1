/**
 * Entry point of the process that evaluates one expression. Node runs this file as it is, compiled or
 * (in tests) with its types stripped: so it imports packages, and nothing of ours but types.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import jsonata from 'jsonata';

/** What the process says: once when it begins, and once about each message. */
export type Answer =
  | { readonly kind: 'ready' }
  /** JSON text; undefined when the expression comes to nothing. */
  | { readonly kind: 'result'; readonly json: string | undefined }
  | { readonly kind: 'failed'; readonly problem: string };

/** Milliseconds that it may take, looked at between two steps of it; how deep it may recurse. */
const limits = { timeout: 500, stack: 200 };

/** Characters. No broker takes a larger message (RabbitMQ 4, `max_message_size`: 16 MiB). */
const longestResult = 16 * 1024 * 1024;

const failed = (problem: string): Answer => ({ kind: 'failed', problem });

function parse(text: string): jsonata.Expression | Answer {
  try {
    return jsonata(text, limits);
  } catch (error) {
    return failed(`the expression cannot be read: ${reason(error)}`);
  }
}

async function evaluate(expression: jsonata.Expression, message: unknown): Promise<Answer> {
  try {
    const result: unknown = await expression.evaluate(message);
    return result === undefined ? { kind: 'result', json: undefined } : asJson(result);
  } catch (error) {
    return failed(`the expression failed: ${reason(error)}`);
  }
}

/** As text: JSONata's own sequences are no lists, and its functions refer to what surrounds them. */
function asJson(result: unknown): Answer {
  const noJson = failed('the expression came to something that is no JSON, such as a function');
  try {
    const json = JSON.stringify(result) as string | undefined;
    if (json === undefined) return noJson;
    return json.length > longestResult
      ? failed('the expression came to more than 16 MB, which no message may have')
      : { kind: 'result', json };
  } catch {
    // Why it cannot be written is of no use to who wrote the expression.
    return noJson;
  }
}

/** JSONata throws objects that are no errors. */
function reason(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}

/** The thread that evaluates. */
function evaluateWhatComes(text: string): void {
  const parsed = parse(text);
  const say = (answer: Answer): void => parentPort?.postMessage(answer);
  if ('kind' in parsed) {
    say(parsed);
    return;
  }
  parentPort?.on('message', (json: string) => {
    void evaluate(parsed, JSON.parse(json)).then(say);
  });
  say({ kind: 'ready' });
}

/** The thread that stays free: so a process whose parent was killed ends, even amid a regex. */
function passOn(script = '', text = ''): void {
  const thread = new Worker(script, { workerData: text });
  thread.on('message', (answer: Answer) => process.send?.(answer));
  process.on('message', (json) => {
    thread.postMessage(json);
  });
  process.on('disconnect', () => process.exit());
}

if (isMainThread) passOn(process.argv[1], process.argv[2]);
else evaluateWhatComes(workerData as string);
