import { MongoClient } from 'mongodb';
import { startPrivateStack, type PrivateStack } from '../private-stack';
import { startProcesses, stopProcesses } from '../processes/processes';
import { gatewayUrl } from '../processes/process-environment';
import { runCommand } from '../processes/run-command';
import { mongoUrl } from '../servers/mongodb';
import { serverNames } from '../servers/servers';
import { createTestInbox, type TestInbox } from '../test-inbox';
import { uniqueName } from '../test-stack';
import { Listener } from './listener';

/** The whole product on servers of its own, as `npm run up` starts it. */
export interface Product {
  readonly stack: PrivateStack;
  readonly url: string;
  readonly inbox: TestInbox;
  readonly mongo: MongoClient;
  /** A new user, logged in. */
  newListener(): Promise<Listener>;
  /** What the users command says; fails the test unless it ends with 0. */
  users(args: readonly string[], input?: string): Promise<string>;
  close(): Promise<void>;
}

export async function startProduct(): Promise<Product> {
  const stack = await startPrivateStack(...serverNames);
  const { config } = stack;
  await startProcesses(config);
  const mongo = await MongoClient.connect(mongoUrl(config));
  const url = gatewayUrl(config);

  async function users(args: readonly string[], input = ''): Promise<string> {
    const { exitCode, output } = await runCommand(config, 'dist/auth/users-main.js', args, input);
    if (exitCode !== 0)
      throw new Error(`users ${args.join(' ')}: exit code ${exitCode}\n${output}`);
    return output;
  }

  return {
    stack,
    url,
    inbox: createTestInbox(config),
    mongo,
    users,
    async newListener() {
      const email = `${uniqueName('listener')}@example.com`;
      const password = uniqueName('password');
      await users(['add', email], `${password}\n`);
      return Listener.logIn(url, email, password);
    },
    async close() {
      await mongo.close();
      await stopProcesses(config);
      await stack.close();
    },
  };
}
