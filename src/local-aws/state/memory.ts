/** The constructor of anything whose instances are kept. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Kind = abstract new (...args: any[]) => object;

/** How instances of a class are kept: by their fields, without those that belong to a run of the local AWS. */
export interface KeptClass {
  readonly kind: Kind;
  /** Fields that cannot outlive the process (timers, connections, functions), and what they are afterwards. */
  readonly renewed?: Readonly<Record<string, (instance: never) => unknown>>;
}

/** An object that is there in every run, and what it knows: the fields that are kept. */
export interface Store {
  readonly of: object;
  readonly fields: readonly string[];
}

/** What a service has to remember when the local AWS is started again. */
export interface Memory {
  /** By a name that no other store has. */
  readonly stores: Readonly<Record<string, Store>>;
  /** By a name that no other class has. */
  readonly classes?: Readonly<Record<string, KeptClass>>;
  /** There in every run as well, and referred to by what is kept. */
  readonly fixed?: Readonly<Record<string, object>>;
  /** Goes on with what was under way, once everything is remembered; earlier for what others stand on. */
  resume?(): Promise<void> | void;
  /** Whether something goes on by itself, which no request tells. */
  isBusy?(): boolean;
}
