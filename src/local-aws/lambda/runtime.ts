import { CLOCK_VARIABLE, SDK_VARIABLE, type EnvironmentMessage, type InvokeMessage } from './messages';
import { showClock } from './runtime/clock';
import { sendToEndpoint } from './runtime/endpoint-requests';
import { callHandler, errorBody, loadHandler, type Handler } from './runtime/handler';
import { provideSdk } from './runtime/sdk';

/** The process of one execution environment: loads the handler once, then runs one invocation after the other. */

let current: string | undefined;

function send(message: EnvironmentMessage, then: () => void = () => undefined): void {
  process.send?.(message, undefined, undefined, then);
}

/** What nobody has caught ends the environment, as on Lambda. */
function crash(kind: string, error: unknown): void {
  const body = { ...errorBody(error), errorType: kind };
  console.error(error);
  if (current === undefined) {
    process.exit(1);
  }
  send({ type: 'error', requestId: current, error: body }, () => process.exit(1));
}

async function invoke(handler: Handler, message: InvokeMessage): Promise<void> {
  const { requestId } = message;
  current = requestId;
  process.env._X_AMZN_TRACE_ID = message.traceId;
  try {
    const result = await callHandler(handler, message);
    send({ type: 'result', requestId, payload: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    console.error(`${requestId}\tERROR\tInvoke Error\t${error instanceof Error ? error.stack : String(error)}`);
    send({ type: 'error', requestId, error: errorBody(error) });
  }
  current = undefined;
}

async function main(): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  process.on('uncaughtException', (error) => crash('Runtime.UncaughtException', error));
  process.on('unhandledRejection', (error) => crash('Runtime.UnhandledPromiseRejection', error));
  const { [SDK_VARIABLE]: sdk, [CLOCK_VARIABLE]: clock, AWS_ENDPOINT_URL: endpoint, LAMBDA_TASK_ROOT: code, _HANDLER: name } = process.env;
  delete process.env[SDK_VARIABLE];
  delete process.env[CLOCK_VARIABLE];
  showClock(JSON.parse(clock!));
  sendToEndpoint(endpoint!);
  provideSdk(sdk!);
  try {
    const handler = await loadHandler(code!, name!, sdk!);
    process.on('message', (message) => void invoke(handler, message as InvokeMessage));
    send({ type: 'ready' });
  } catch (error) {
    console.error(error);
    send({ type: 'failed', error: errorBody(error) }, () => process.exit(1));
  }
}

void main();
