import type { IncomingMessage } from 'node:http';
import { Problem, readJson, type Answer } from './http';
import { Items, parseItem } from './items';
import type { Settings } from './settings';

/** What the routes know of the process that they run in. */
export interface Readiness {
  readonly ready: boolean;
}

type Handler = (request: IncomingMessage, id: string) => Answer | Promise<Answer>;

interface Route {
  readonly path: RegExp;
  readonly methods: Readonly<Record<string, Handler>>;
}

/** Everything that the API answers. A path is matched whole; its one group, where it has one, is the id. */
export class Routes {
  private readonly items = new Items();
  private readonly routes: readonly Route[];

  constructor(private readonly settings: Settings, private readonly readiness: Readiness) {
    this.routes = [
      { path: /^\/health$/, methods: { GET: () => this.health() } },
      { path: /^\/ready$/, methods: { GET: () => this.ready() } },
      { path: /^\/version$/, methods: { GET: () => ({ status: 200, body: { version: settings.version } }) } },
      {
        path: /^\/items$/,
        methods: {
          GET: () => ({ status: 200, body: { items: this.items.list() } }),
          POST: async (request) => this.created(parseItem(await readJson(request))),
        },
      },
      {
        path: /^\/items\/([^/]+)$/,
        methods: {
          GET: (_, id) => ({ status: 200, body: this.items.get(id) }),
          PUT: async (request, id) => ({ status: 200, body: this.items.replace(id, parseItem(await readJson(request))) }),
          DELETE: (_, id) => this.deleted(id),
        },
      },
    ];
  }

  /** Answers a request, or throws the Problem that it is answered with. */
  public async answer(request: IncomingMessage): Promise<Answer> {
    const path = pathOf(request);
    for (const route of this.routes) {
      const match = route.path.exec(path);
      if (match) {
        return this.handler(route, path, request.method)(request, match[1] ?? '');
      }
    }
    throw new Problem(404, `there is nothing at ${path}: try /items, /version, /health or /ready`);
  }

  private handler(route: Route, path: string, method = 'GET'): Handler {
    const methods = Object.keys(route.methods);
    // Node leaves the body of an answer to HEAD out by itself.
    const handler = route.methods[method === 'HEAD' ? 'GET' : method];
    if (!handler) {
      throw new Problem(405, `${method} cannot be done at ${path}: use ${methods.join(' or ')}`, { allow: ['HEAD', ...methods].join(', ') });
    }
    return handler;
  }

  /** Liveness: what the load balancer asks. It stays good while the task is stopping, so that no task in use is killed. */
  private health(): Answer {
    if (this.settings.fault === 'unhealthy') {
      throw new Problem(503, 'this release is unhealthy, because FAULT is "unhealthy"');
    }
    return { status: 200, body: { status: 'ok' } };
  }

  private ready(): Answer {
    if (!this.readiness.ready) {
      throw new Problem(503, 'this task is starting or stopping: send requests to another one');
    }
    return { status: 200, body: { status: 'ready' } };
  }

  private created(input: ReturnType<typeof parseItem>): Answer {
    const item = this.items.create(input);
    return { status: 201, body: item, headers: { location: `/items/${item.id}` } };
  }

  private deleted(id: string): Answer {
    this.items.delete(id);
    return { status: 204 };
  }
}

/** The path without its query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0];
}
