import { BSON, type Document } from 'mongodb';
import type { RoundTripEngine } from '../../../../servers/mongo-front/front';
import { frameReply, headerBytes, opMsg } from '../../../../servers/mongo-front/wire-messages';
import { createUserSchema, mayUse, type Account, type MongoAccounts } from './mongo-accounts';
import { ScramConversation } from './scram';

type Reply = Awaited<ReturnType<RoundTripEngine['roundTrip']>>;

const mechanism = 'SCRAM-SHA-256';
const hellos: ReadonlySet<string> = new Set(['hello', 'isMaster', 'ismaster']);
/** A server answers these to anybody (mongodb.com/docs/manual/reference/built-in-roles). */
const free: ReadonlySet<string> = new Set(['ping', 'buildInfo', 'buildinfo', 'endSessions']);

/**
 * One connection's view of the embedded engine, which knows no users: logins by SCRAM-SHA-256, and
 * nothing but greetings before one. `open` is what a `mongod` without `--auth` does.
 */
export class GuardedEngine implements RoundTripEngine {
  readonly #engine: RoundTripEngine;
  readonly #accounts: MongoAccounts;
  readonly #open: boolean;
  #conversation: { readonly scram: ScramConversation; readonly database: string } | undefined;
  #account: Account | undefined;

  constructor(engine: RoundTripEngine, accounts: MongoAccounts, open: boolean) {
    this.#engine = engine;
    this.#accounts = accounts;
    this.#open = open;
  }

  async roundTrip(message: Buffer): Promise<Reply> {
    const legacy = message.readInt32LE(12) !== opMsg;
    const command = legacy ? queryDocument(message) : bodyDocument(message);
    const [name = ''] = Object.keys(command);
    const answer = (document: Document): Reply => ({
      requestId: message.readInt32LE(4),
      moreToCome: false,
      legacy,
      response: Buffer.from(BSON.serialize(document)),
    });
    if (hellos.has(name)) return answer(await this.#hello(name, command));
    try {
      if (name === 'saslStart') return answer(this.#start(command));
      if (name === 'saslContinue') return answer(this.#continue(command));
    } catch (error) {
      const reason = Error.isError(error) ? error.message : String(error);
      console.error(`login refused: ${reason}`);
      return answer(refusal(18, 'AuthenticationFailed', 'Authentication failed.'));
    }
    const database = String(command['$db'] ?? 'admin');
    const allowed =
      this.#open || free.has(name) || (this.#account && mayUse(this.#account, database));
    if (allowed !== true) {
      console.error(`refused ${name} on ${database}`);
      const errmsg = this.#account
        ? `not authorized on ${database} to execute command ${name}`
        : `Command ${name} requires authentication`;
      return answer(refusal(13, 'Unauthorized', errmsg));
    }
    if (name === 'createUser') return answer(this.#createUser(command));
    return this.#engine.roundTrip(message);
  }

  /** Without what only a server with users knows to answer. */
  async #hello(name: string, command: Document): Promise<Document> {
    const greeting = BSON.serialize({ [name]: 1, helloOk: true, $db: 'admin' });
    const ids = { requestId: 1, responseTo: 0 };
    const { response } = await this.#engine.roundTrip(
      frameReply(Buffer.from(greeting), ids, false),
    );
    const mechanisms = 'saslSupportedMechs' in command ? { saslSupportedMechs: [mechanism] } : {};
    return { ...BSON.deserialize(response), ...mechanisms };
  }

  #start(command: Document): Document {
    if (command['mechanism'] !== mechanism) {
      throw new Error(`mechanism ${String(command['mechanism'])}`);
    }
    const database = String(command['$db']);
    const find = (user: string) => this.#accounts.find(database, user);
    const scram = new ScramConversation(payload(command), find);
    this.#conversation = { scram, database };
    return { ok: 1, conversationId: 1, done: false, payload: binary(scram.challenge()) };
  }

  #continue(command: Document): Document {
    if (this.#conversation === undefined) throw new Error('nothing to continue');
    const { scram, database } = this.#conversation;
    const last = scram.finish(payload(command));
    this.#conversation = undefined;
    this.#account = this.#accounts.find(database, scram.user);
    return { ok: 1, conversationId: 1, done: true, payload: binary(last) };
  }

  #createUser(command: Document): Document {
    try {
      this.#accounts.create(createUserSchema.parse(command));
      return { ok: 1 };
    } catch (error) {
      return refusal(51003, 'Location51003', Error.isError(error) ? error.message : String(error));
    }
  }
}

function refusal(code: number, codeName: string, errmsg: string): Document {
  return { ok: 0, code, codeName, errmsg };
}

function payload(command: Document): string {
  const bytes = command['payload'] as { value(): Uint8Array } | undefined;
  return bytes === undefined ? '' : Buffer.from(bytes.value()).toString('utf8');
}

function binary(text: string): BSON.Binary {
  return new BSON.Binary(Buffer.from(text));
}

/** The section of kind 0 of an OP_MSG; empty where there is none. */
function bodyDocument(message: Buffer): Document {
  let offset = headerBytes + 4;
  while (offset + 5 < message.length) {
    const bytes = message.readInt32LE(offset + 1);
    if (message.readUInt8(offset) === 0) {
      return BSON.deserialize(message.subarray(offset + 1, offset + 1 + bytes));
    }
    offset += 1 + bytes;
  }
  return {};
}

/** An OP_QUERY's document, behind flags, the name of a collection and two numbers. */
function queryDocument(message: Buffer): Document {
  const end = message.indexOf(0, headerBytes + 4);
  const offset = end + 1 + 8;
  return BSON.deserialize(message.subarray(offset, offset + message.readInt32LE(offset)));
}
