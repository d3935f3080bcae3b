// Users who come again and again, with connections that are kept and with new ones.
const USERS = 10;
const PAUSE_MILLIS = 20;

export class Users {
  #isOpen = true;
  #seen = { requests: 0, lost: [], versions: new Set() };
  #loops;

  constructor(url) {
    this.#loops = Array.from({ length: USERS }, (_, user) => this.#come(url, user));
  }

  /** They go, and tell what they have seen. */
  async leave() {
    this.#isOpen = false;
    await Promise.all(this.#loops);
    return this.#seen;
  }

  async #come(url, user) {
    const headers = user % 2 === 0 ? {} : { connection: 'close' };
    while (this.#isOpen) {
      this.#seen.requests += 1;
      try {
        const response = await fetch(`${url}/user/${user}`, { headers, signal: AbortSignal.timeout(20_000) });
        const { version } = await response.json();
        if (response.status !== 200) {
          throw new Error(`answered ${response.status}`);
        }
        this.#seen.versions.add(version);
      } catch (error) {
        this.#seen.lost.push(`${error.message} ${error.cause?.message ?? ''}`);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS));
    }
  }
}
