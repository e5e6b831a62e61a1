import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Answer, BehaviourScript } from './behaviour';
import type { MailStore } from './mail-store';

export interface SmtpAccount {
  readonly user: string;
  readonly password: string;
}

const maxMailBytes = 25 * 1024 * 1024;

/**
 * An SMTP server that offers STARTTLS and AUTH (after STARTTLS only, as real ones do), requires
 * neither, and answers as scripted.
 */
export function createSmtpListener(
  store: MailStore,
  script: BehaviourScript,
  account: SmtpAccount,
): SMTPServer {
  // By the client's port, because a session does not give access to its connection.
  const sockets = new Map<number, Socket>();

  const act = (
    answer: Answer,
    session: SMTPServerSession,
    proceed: (error?: Error) => void,
  ): void => {
    switch (answer.kind) {
      case 'accept':
        proceed();
        return;
      case 'refuse':
        proceed(Object.assign(new Error(answer.message), { responseCode: answer.code }));
        return;
      case 'hang':
        return;
      case 'drop':
      case 'keep-and-drop':
        sockets.get(session.remotePort)?.destroy();
        return;
      default:
        answer satisfies never;
    }
  };

  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    size: maxMailBytes,
    // A scripted hang must outlast the client's patience.
    socketTimeout: 10 * 60_000,
    closeTimeout: 500,
    onAuth(auth, _session, callback) {
      const right = auth.username === account.user && equal(auth.password ?? '', account.password);
      if (right) callback(null, { user: account.user });
      else callback(new Error('wrong user or password'));
    },
    onRcptTo(address, session, callback) {
      act(script.next('recipient', [address.address]), session, callback);
    },
    onData(stream, session, callback) {
      receive(stream, session).then(
        (answer) => {
          act(answer, session, callback);
        },
        (error: unknown) => {
          callback(error instanceof Error ? error : new Error(String(error)));
        },
      );
    },
  });
  server.server.on('connection', (socket) => {
    const port = socket.remotePort;
    if (port === undefined) return;
    sockets.set(port, socket);
    socket.on('close', () => sockets.delete(port));
  });
  // A client that hangs up in mid-mail is what the tests are for, no reason to end.
  server.on('error', (error) => {
    console.error(`SMTP: ${error.message}`);
  });

  const receive = async (
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
  ): Promise<Answer> => {
    const raw = await buffer(stream);
    if (stream.sizeExceeded) return { kind: 'refuse', code: 552, message: 'the mail is too large' };
    const { mailFrom, rcptTo } = session.envelope;
    const to = rcptTo.map(({ address }) => address);
    const answer = script.next('data', to);
    if (answer.kind === 'accept' || answer.kind === 'keep-and-drop') {
      await store.add(raw, {
        envelopeFrom: mailFrom === false ? '' : mailFrom.address,
        to,
        tls: session.secure,
        user: session.user === account.user ? account.user : null,
      });
    }
    return answer;
  };

  return server;
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
