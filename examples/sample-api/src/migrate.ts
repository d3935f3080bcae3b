import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What the file holds. It stands in for a database: the schema is a list of migrations that were applied, as in a real one. */
export interface Database {
  readonly migrations: readonly string[];
  readonly tables: Readonly<Record<string, readonly string[]>>;
}

interface Migration {
  readonly name: string;
  /** Only ever adds: blue still runs on the same schema while green bakes, and again after a rollback. */
  apply(tables: Database['tables']): Database['tables'];
}

const MIGRATIONS: readonly Migration[] = [
  { name: '0001-create-items', apply: (tables) => ({ ...tables, items: ['id', 'name'] }) },
  { name: '0002-add-quantity-to-items', apply: (tables) => ({ ...tables, items: [...tables.items, 'quantity', 'createdAt', 'updatedAt'] }) },
];

/** A database that cannot be migrated. The message is all that its reader needs. */
export class MigrationError extends Error {}

/**
 * Applies the migrations that the database has not had yet, and answers their names. A migration that only a later release
 * knows is left alone: after a rollback the older release must still be able to start.
 */
export function migrate(file: string): readonly string[] {
  const database = read(file);
  const pending = MIGRATIONS.filter((migration) => !database.migrations.includes(migration.name));
  if (pending.length > 0) {
    write(file, {
      migrations: [...database.migrations, ...pending.map((migration) => migration.name)],
      tables: pending.reduce((tables, migration) => migration.apply(tables), database.tables),
    });
  }
  return pending.map((migration) => migration.name);
}

function read(file: string): Database {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { migrations: [], tables: {} };
    }
    throw new MigrationError(`the database ${file} cannot be read (${(error as Error).message}): set DATABASE_FILE to a file that can be`);
  }
  try {
    const database = JSON.parse(text) as Database;
    if (Array.isArray(database.migrations) && typeof database.tables === 'object') {
      return database;
    }
  } catch {
    // Said below: a file that is no JSON and one that is other JSON are the same mistake.
  }
  throw new MigrationError(`the database ${file} is not one of the sample API's: set DATABASE_FILE to another file, or remove this one`);
}

/** Beside the file first, then in its place: a crash leaves the old database or the new one, never half of one. */
function write(file: string, database: Database): void {
  const draft = `${file}.${process.pid}.draft`;
  try {
    writeFileSync(draft, `${JSON.stringify(database, undefined, 2)}\n`);
    renameSync(draft, file);
  } catch (error) {
    throw new MigrationError(`the database ${file} cannot be written (${(error as Error).message}): set DATABASE_FILE to a file that can be`);
  }
}
