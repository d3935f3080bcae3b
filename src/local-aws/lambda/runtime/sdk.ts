import { readFileSync } from 'node:fs';
import Module, { createRequire, register } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';
import { timersOfTheSdk } from './clock';

type Load = (request: string, parent: unknown, isMain: boolean) => unknown;
type Sdk = Readonly<Record<string, object>>;

const SDK = /^@aws-sdk\//;
const SHARED = Symbol.for('local-aws.sdk');

/** Lambda's runtime brings the AWS SDK: what a handler requires of it, and has not packed itself, is found in the bundle. */
export function provideSdk(file: string): void {
  const internals = Module as unknown as { _load: Load };
  const load = internals._load;
  let sdk: Sdk | undefined;
  internals._load = (request, parent, isMain) => {
    if (!SDK.test(request)) {
      return load(request, parent, isMain);
    }
    try {
      return load(request, parent, isMain);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') {
        throw error;
      }
      sdk ??= loadSdk(file);
      if (!(request in sdk)) {
        throw error;
      }
      return sdk[request];
    }
  };
}

/** The same for a handler that is an ES module, whose imports are not looked up by `require`. */
export function provideSdkToModules(file: string): void {
  const sdk = loadSdk(file);
  (globalThis as Record<symbol, unknown>)[SHARED] = sdk;
  const sources = Object.fromEntries(Object.entries(sdk).map(([name, exported]) => {
    const names = Object.keys(exported).filter((key) => /^[A-Za-z_$][\w$]*$/.test(key) && key !== 'default');
    const source = `const sdk = globalThis[Symbol.for('local-aws.sdk')][${JSON.stringify(name)}]; export default sdk;`
      + ` export const { ${names.join(', ')} } = sdk;`;
    return [name, `data:text/javascript,${encodeURIComponent(source)}`];
  }));
  const hooks = `const sources = ${JSON.stringify(sources)};
    export async function resolve(specifier, context, next) {
      if (!Object.hasOwn(sources, specifier)) return next(specifier, context);
      try { return await next(specifier, context); } catch { return { url: sources[specifier], shortCircuit: true }; }
    }`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`);
}

/** In a scope of its own, so that the timers with which the SDK watches its connections can be other ones. */
function loadSdk(file: string): Sdk {
  const names = ['exports', 'require', 'module', '__filename', '__dirname', 'setTimeout'];
  const run = compileFunction(readFileSync(file, 'utf8'), names, { filename: file });
  const module = { exports: {} as { packages: Sdk } };
  run(module.exports, createRequire(file), module, file, dirname(file), timersOfTheSdk().setTimeout);
  return module.exports.packages;
}
