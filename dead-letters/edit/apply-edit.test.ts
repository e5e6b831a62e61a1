import { setImmediate, setTimeout } from 'node:timers/promises';
import { defaultConversionOptions } from '../../contracts/conversion-options';
import type { Edit } from '../order';
import { EditFailed, withEditor, type Editor } from './apply-edit';
import { checkMessage } from './check-message';
import { editableMessage } from './editable-message';

const message = {
  video_fid: '0123456789abcdef01234567',
  mp3_fid: null,
  username: 'ann@old.example.com',
  options: { quality: { kind: 'vbr', level: 2 } },
};

const editing = <Result>(edit: Edit, work: (editor: Editor) => Promise<Result>): Promise<Result> =>
  withEditor(edit, (editor) => {
    if (editor === null) throw new Error('no editor');
    return work(editor);
  });

const edited = (expression: string, of: Readonly<Record<string, unknown>> | null = message) =>
  editing({ expression }, (edit) => edit(of));

describe('an expression', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['sets a field', '{"username": "bob@example.com"}', { username: 'bob@example.com' }],
    [
      'makes a field of what it was',
      '{"username": $replace(username, "old.", "")}',
      { username: 'ann@example.com' },
    ],
    ['adds a field', '{"note": 1}', { note: 1 }],
    [
      'changes a nested field',
      '{"options": {"quality": {"kind": "vbr", "level": options.quality.level + 1}}}',
      { options: { quality: { kind: 'vbr', level: 3 } } },
    ],
    [
      'changes the message itself',
      '$ ~> |options.quality|{"level": 7}|',
      { options: { quality: { kind: 'vbr', level: 7 } } },
    ],
    ['decides by a field', 'mp3_fid = null ? {"a": true} : {}', { a: true }],
    ['changes nothing', '{}', {}],
    ['leaves out what comes to nothing', '{"username": no.such.field}', {}],
    ['sets a field to nothing', '{"username": null}', { username: null }],
    ['makes lists that are lists', '{"list": [1..3][$ > 1]}', { list: [2, 3] }],
  ])('%s', async (_what, expression, change) => {
    const result = await edited(expression);
    expect(result).toEqual({ ...message, ...change });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it('is evaluated for each message, and leaves it as it was', async () => {
    const before = structuredClone(message);
    await editing({ expression: '{"username": $uppercase(username)}' }, async (edit) => {
      expect(await edit(message)).toMatchObject({ username: 'ANN@OLD.EXAMPLE.COM' });
      expect(await edit({ username: 'bob' })).toEqual({ username: 'BOB' });
    });
    expect(message).toEqual(before);
  });

  it('makes a message of a body that is none', async () => {
    expect(await edited('{"username": "a"}', null)).toEqual({ username: 'a' });
    await expect(edited('$', null)).rejects.toThrow(/came to /);
  });

  it.each([
    ['nothing', 'no.such.field', /came to nothing; expected an object/],
    ['a text', 'username', /came to "ann@old.example.com"; expected/],
    ['a list', '[{"username": "a"}]', /came to \[/],
    ['null', 'null', /came to null/],
    ['a function', 'function($x){$x}', /no JSON, such as a function/],
    ['an object with a function', '{"f": function($x){$x}}', /no JSON, such as a function/],
  ])('that comes to %s is refused', async (_what, expression, problem) => {
    const result = edited(expression);
    await expect(result).rejects.toThrow(EditFailed);
    await expect(result).rejects.toThrow(problem);
  });

  it.each(['{"a": ', '', '}', '{"a": 1} and'])(
    'that cannot be read, "%s", is refused before any message',
    async (expression) => {
      const work = jest.fn();
      const result = withEditor({ expression }, work);
      await expect(result).rejects.toThrow(EditFailed);
      await expect(result).rejects.toThrow(/^the expression cannot be read: /);
      expect(work).not.toHaveBeenCalled();
    },
  );

  it.each([
    ['an unknown function', '$no_such()'],
    ['a wrong type', '{"a": $sum(username)}'],
    ['its own error', '$error("not this one")'],
    ['a field of a text', '{"a": username + 1}'],
  ])('that fails with %s is refused', async (_what, expression) => {
    await expect(edited(expression)).rejects.toThrow(/^the expression failed: /);
  });

  it('that recurs without end is ended', async () => {
    const recursion = '($f := function($n){1 + $f($n + 1)}; {"a": $f(0)})';
    await expect(edited(recursion)).rejects.toThrow(/^the expression failed: Stack overflow/);
  });

  it('that runs without end is ended', async () => {
    const loop = '($f := function($n){$f($n + 1)}; {"a": $f(0)})';
    await expect(edited(loop)).rejects.toThrow(/^the expression failed: .*timeout after 500/);
  });

  it('lets the process go on meanwhile', async () => {
    let settled = false;
    const loop = '($f := function($n){$f($n + 1)}; {"a": $f(0)})';
    const result = edited(loop).finally(() => (settled = true));
    result.catch(() => undefined); // Expected below.
    for (let turn = 0; turn < 5; turn += 1) await setImmediate();
    await setTimeout(10);
    expect(settled).toBe(false);
    await expect(result).rejects.toThrow(/^the expression failed: /);
  });

  it('that runs without end within one step is ended, and the next message has its turn', async () => {
    const expression = '{"a": $contains(text, /^(a+)+$/)}';
    await editing({ expression }, async (edit) => {
      expect(await edit({ text: 'aaa' })).toEqual({ text: 'aaa', a: true });
      const endless = edit({ text: `${'a'.repeat(60)}!` });
      await expect(endless).rejects.toThrow(EditFailed);
      await expect(endless).rejects.toThrow(
        'the expression took more than 1 s for one message and was ended',
      );
      expect(await edit({ text: 'b' })).toEqual({ text: 'b', a: false });
    });
  });

  it.each([
    // A single string too large ends more than the thread it is in.
    '{"a": $map([1..1000], function($n){$pad("x" & $n, 100000000)})}',
    '($f := function($s){$f($s & $s)}; {"a": $f("aaaaaaaa")})',
    '{"a": $split($pad("x",100000000), "")}',
  ])('that takes all memory is ended alone: %s', async (greedy) => {
    const expression = `greedy ? ${greedy} : {}`;
    await editing({ expression }, async (edit) => {
      await expect(edit({ greedy: true })).rejects.toThrow(EditFailed);
      expect(await edit({ greedy: false })).toEqual({ greedy: false });
    });
  });

  it('that comes to more than a message may have is refused', async () => {
    await expect(edited('{"a": $pad("", 17000000)}')).rejects.toThrow(/came to more than 16 MB/);
  });

  it('leaves no process behind, whatever becomes of the work', async () => {
    const lost = editing({ expression: '{}' }, () => Promise.reject(new Error('lost')));
    await expect(lost).rejects.toThrow('lost');
    await expect(edited('{"a": ')).rejects.toThrow(EditFailed);
    await edited('{}');
    // Its end is heard a moment before its handle is gone.
    while (process.getActiveResourcesInfo().includes('ProcessWrap')) await setImmediate();
  });

  it('cannot reach anything outside', async () => {
    for (const name of ['constructor', '__proto__', 'process', 'require', 'globalThis']) {
      const result = await edited(`{"a": $.${name}, "b": \`${name}\`}`);
      expect(result['a']).toBeUndefined();
      expect(result['b']).toBeUndefined();
    }
    await expect(edited('{"a": $eval("$no_such()")}')).rejects.toThrow(EditFailed);
  });
});

describe('a whole message', () => {
  it('takes the place of what was there', async () => {
    const whole = { message: { username: 'a' } };
    await editing(whole, async (edit) => {
      expect(await edit(message)).toEqual({ username: 'a' });
      expect(await edit(null)).toEqual({ username: 'a' });
    });
  });
});

describe('what is edited', () => {
  const bytes = (text: string) => Buffer.from(text);
  const job = { options: defaultConversionOptions };

  it('is the message, and for a video the options that its job has', () => {
    const body = bytes('{"username": "a", "options": {"wish": 1}}');
    expect(editableMessage({ workQueue: 'video' }, body, job)).toEqual({
      username: 'a',
      options: defaultConversionOptions,
    });
    const asItCame = { username: 'a', options: { wish: 1 } };
    expect(editableMessage({ workQueue: 'video' }, body, null)).toEqual(asItCame);
    expect(editableMessage({ workQueue: 'mp3' }, body, job)).toEqual(asItCame);
  });

  it.each(['', '[]', 'null', '"a"', '{', '\ufffe'])('is nothing for "%s"', (text) => {
    expect(editableMessage({ workQueue: 'video' }, bytes(text), job)).toBeNull();
  });

  it('is nothing for bytes that are no text', () => {
    expect(editableMessage({ workQueue: 'mp3' }, Buffer.from([123, 255, 125]), null)).toBeNull();
  });
});

describe('whether a message is one of its queue', () => {
  const check = (queue: 'video' | 'mp3' | 'failed', fields: unknown) =>
    checkMessage(queue, Buffer.from(JSON.stringify(fields)));
  const fid = '0123456789abcdef01234567';

  it('is for the schema of that queue', () => {
    const ready = { mp3_fid: fid, username: 'a' };
    expect(check('mp3', ready)).toMatchObject({ kind: 'message' });
    expect(check('video', ready)).toMatchObject({ kind: 'invalid' });
    expect(check('video', { video_fid: fid, username: 'a' })).toMatchObject({ kind: 'message' });
    const failed = { video_fid: fid, username: 'a', job_id: 'j', reason: 'damaged' };
    expect(check('failed', failed)).toMatchObject({ kind: 'message' });
    expect(check('failed', { ...failed, reason: 'bored' })).toMatchObject({ kind: 'invalid' });
  });

  it('is said in a sentence of some length, however wrong it is', () => {
    const options = Object.fromEntries(Array.from({ length: 9_999 }, (_, index) => [index, 0]));
    const checked = check('video', { video_fid: fid, username: 'a', options });
    const problem = checked.kind === 'invalid' ? checked.problem : '';
    expect(problem).toMatch(/^options/);
    expect(problem).toHaveLength(1_000);
  });
});
