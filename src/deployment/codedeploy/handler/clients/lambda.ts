import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { RETRIES } from './retries';

/** Calls the function itself, so that another invocation goes on where this one ends. */
export class Lambda {
  constructor(private readonly client = new LambdaClient(RETRIES)) {}

  public async goOn(functionArn: string, event: unknown): Promise<void> {
    await this.client.send(new InvokeCommand({
      FunctionName: functionArn,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(event)),
    }));
  }
}
