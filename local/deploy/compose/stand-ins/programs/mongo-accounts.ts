import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { type ScramAccount, scramAccount } from './scram';

const accountsSchema = z.record(
  // `<database>.<user>`, as in MongoDB's own collection of users.
  z.string(),
  z.object({
    salt: z.string(),
    storedKey: z.string(),
    serverKey: z.string(),
    roles: z.array(z.object({ role: z.string(), db: z.string() })),
  }),
);

type Accounts = z.infer<typeof accountsSchema>;
export type Account = Accounts[string];

const roleSchema = z.union([z.string(), z.object({ role: z.string(), db: z.string() })]);

/** The command `createUser` as far as it is used. */
export const createUserSchema = z.object({
  createUser: z.string(),
  pwd: z.string(),
  roles: z.array(roleSchema),
  $db: z.string(),
});

/** Users of the MongoDB stand-in, in one file. */
export class MongoAccounts {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  find(database: string, user: string): (ScramAccount & Account) | undefined {
    return this.#read()[`${database}.${user}`];
  }

  /** @throws Error when there is one of that name in that database */
  create({ createUser: user, pwd, roles, $db }: z.infer<typeof createUserSchema>): void {
    const accounts = this.#read();
    const name = `${$db}.${user}`;
    if (accounts[name] !== undefined) throw new Error(`User "${user}@${$db}" already exists`);
    accounts[name] = {
      ...scramAccount(pwd),
      roles: roles.map((role) => (typeof role === 'string' ? { role, db: $db } : role)),
    };
    writeFileSync(this.#path, JSON.stringify(accounts), { mode: 0o600 });
  }

  #read(): Accounts {
    try {
      return accountsSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch (error) {
      if (Error.isError(error) && 'code' in error && error.code === 'ENOENT') return {};
      throw error;
    }
  }
}

/** Coarse: a role holds for everything in its database; only what is beyond it is refused. */
export function mayUse(account: Account, database: string): boolean {
  return account.roles.some(
    ({ role, db }) => role === 'root' || role.endsWith('AnyDatabase') || db === database,
  );
}
