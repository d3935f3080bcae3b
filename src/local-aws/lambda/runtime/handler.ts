import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FunctionErrorBody, InvokeMessage } from '../messages';
import { provideSdkToModules } from './sdk';

type Callback = (error: unknown, result?: unknown) => void;
export type Handler = (event: unknown, context: object, callback: Callback) => unknown;

/** A handler that can't be loaded, in the words of Lambda's own runtime. */
class LoadError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** `folder/file.export`, as the function's configuration names it. */
export async function loadHandler(codeFolder: string, name: string, sdk: string): Promise<Handler> {
  const match = /^(.*?)([^/.]+)\.(.+)$/.exec(name);
  if (!match) {
    throw new LoadError('Runtime.MalformedHandlerName', `Bad handler ${name}: it must be <file>.<export>`);
  }
  const [, folder, file, path] = match;
  const found = ['.js', '.mjs', '.cjs'].map((extension) => join(codeFolder, folder, file + extension)).find((candidate) => existsSync(candidate));
  if (!found) {
    throw new LoadError('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  }
  const handler = path.split('.').reduce<unknown>((exported, key) => (exported as Record<string, unknown> | undefined)?.[key], await load(found, sdk));
  if (typeof handler !== 'function') {
    throw new LoadError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  return handler as Handler;
}

/** Runs an async handler, or one that calls back. */
export async function callHandler(handler: Handler, message: InvokeMessage): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const callback: Callback = (error, result) => (error ? reject(error) : resolve(result));
    const returned = handler(message.event, contextOf(message), callback);
    if (isThenable(returned)) {
      returned.then(resolve, reject);
    } else if (handler.length < 3) {
      resolve(returned);
    }
  });
}

export function errorBody(error: unknown): FunctionErrorBody {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: typeof error === 'string' ? error : JSON.stringify(error) ?? String(error), trace: [] };
}

async function load(file: string, sdk: string): Promise<unknown> {
  if (!file.endsWith('.mjs')) {
    try {
      return createRequire(file)(file);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'MODULE_NOT_FOUND') {
        throw new LoadError('Runtime.ImportModuleError', `Error: ${(error as Error).message}`);
      }
      if (code !== 'ERR_REQUIRE_ESM') {
        throw error;
      }
    }
  }
  provideSdkToModules(sdk);
  return import(pathToFileURL(file).href);
}

function contextOf(message: InvokeMessage): object {
  const { requestId, invokedFunctionArn, deadline } = message;
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    // By the clock that the handler sees.
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}
