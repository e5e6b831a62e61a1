import { createServer, type AddressInfo, type Socket } from 'node:net';
import { eventually } from '../../local/test-broker';

/** Where in the dialogue something is scripted; `dot` is the end of the mail. */
export type Stage = 'greeting' | 'EHLO' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'dot';

/** A reply line, silence for ever, or the end of the connection. */
export type Scripted = `${number} ${string}` | 'hang' | 'drop';

export interface TestSmtpServer {
  readonly url: string;
  /** Mails that came in whole, final dot included. */
  readonly mails: string[];
  /** Resolves once the dialogue has got this far for the first time. */
  reached(stage: Stage): Promise<void>;
  /** What it says at this stage from now on. */
  script(stage: Stage, answer: Scripted): void;
  /** Says it to whoever hangs. */
  release(line: string): void;
  close(): Promise<void>;
}

const answers: Record<Stage, string> = {
  greeting: '220 test',
  EHLO: '250-test\r\n250 AUTH PLAIN',
  AUTH: '235 welcome',
  MAIL: '250 sender',
  RCPT: '250 recipient',
  DATA: '354 go on',
  dot: '250 taken',
};

/** A mail server for the stages that the inbox cannot be scripted for. */
export async function startTestSmtpServer(): Promise<TestSmtpServer> {
  const scripted = new Map<Stage, Scripted>();
  const reached = new Set<Stage>();
  const sockets = new Set<Socket>();
  const hanging = new Set<Socket>();
  const mails: string[] = [];
  const answer = (stage: Stage, socket: Socket): void => {
    reached.add(stage);
    const what = scripted.get(stage) ?? answers[stage];
    if (what === 'hang') hanging.add(socket);
    else if (what === 'drop') socket.destroy();
    else socket.write(`${what}\r\n`);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let received = '';
    let inMail = false;
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      for (;;) {
        const end = received.indexOf(inMail ? '\r\n.\r\n' : '\r\n');
        if (end === -1) return;
        const text = received.slice(0, end);
        received = received.slice(end + (inMail ? 5 : 2));
        if (inMail) {
          inMail = false;
          mails.push(text);
          answer('dot', socket);
          continue;
        }
        const verb = text.split(' ')[0] ?? '';
        if (verb === 'QUIT') socket.end('221 bye\r\n');
        else if (verb in answers) {
          answer(verb as Stage, socket);
          inMail = verb === 'DATA' && !scripted.has('DATA');
        } else socket.write('502 not known here\r\n');
      }
    });
    answer('greeting', socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://user:secret@127.0.0.1:${port}`,
    mails,
    async reached(stage) {
      await eventually(`dialogue at ${stage}`, () => reached.has(stage) || undefined);
    },
    script: (stage, what) => scripted.set(stage, what),
    release(line) {
      for (const socket of hanging) socket.write(`${line}\r\n`);
      hanging.clear();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
