/** What the service and the process of an execution environment say to each other, over the process's IPC channel. */
export interface InvokeMessage {
  readonly type: 'invoke';
  readonly requestId: string;
  readonly event: unknown;
  readonly invokedFunctionArn: string;
  /** By the local clock, in milliseconds since the epoch. */
  readonly deadline: number;
  readonly traceId: string;
}

export interface FunctionErrorBody {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type EnvironmentMessage =
  /** The handler's file is being loaded; `failed` says that it could not. */
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly error: FunctionErrorBody }
  | { readonly type: 'result'; readonly requestId: string; readonly payload: string }
  | { readonly type: 'error'; readonly requestId: string; readonly error: FunctionErrorBody };

/** What the environment's process is told where to find: names of environment variables. */
export const SDK_VARIABLE = 'LOCAL_AWS_SDK';
export const CLOCK_VARIABLE = 'LOCAL_AWS_CLOCK';
