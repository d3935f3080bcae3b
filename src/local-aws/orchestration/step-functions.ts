import { randomUUID } from 'node:crypto';
import { Execution } from './execution';
import { parseDefinition, type Definition } from './states-language';
import {
  AwsError, type FunctionInvoker, type LocalService, type Operation, type OperationInput, type Properties, type ResourceType, type ServiceApi,
} from '../core/api';
import { madeUpName } from '../core/names';
import { arn, type World } from '../core/world';
import type { Memory } from '../state/memory';
import type { ObjectStore } from '../storage/object-store';

/** What has ended is forgotten, the oldest first, when there is more of it. */
const MOST_ENDED = 200;

interface StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly text: string;
  readonly definition: Definition;
  readonly createdAt: Date;
}

/** Step Functions, as far as the waiters of integ-tests and of the CDK's provider framework need it. */
export class StepFunctions implements LocalService {
  public readonly apis: readonly ServiceApi[];
  public readonly resourceTypes: Readonly<Record<string, ResourceType>>;
  private readonly machines = new Map<string, StateMachine>();
  private readonly executions = new Map<string, Execution>();
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly world: World, private readonly functions: FunctionInvoker, private readonly objects: ObjectStore) {
    const operations: Record<string, Operation> = {
      StartExecution: (input) => this.start(input),
      StopExecution: (input) => this.stop(input),
      DescribeExecution: (input) => describe(this.execution(input.executionArn)),
      ListExecutions: (input) => ({ executions: this.of(this.machine(input.stateMachineArn)).map(summarize) }),
      DescribeStateMachine: (input) => describeMachine(this.machine(input.stateMachineArn)),
      ListStateMachines: () => ({
        stateMachines: [...this.machines.values()].map(({ arn: stateMachineArn, name, createdAt }) => (
          { stateMachineArn, name, type: 'STANDARD', creationDate: createdAt })),
      }),
    };
    this.apis = [{ signingName: 'states', protocol: 'json', target: 'AWSStepFunctions', operations }];
    this.resourceTypes = { 'AWS::StepFunctions::StateMachine': this.type() };
  }

  /** The machines; an execution ends with the process that runs it. */
  public get memory(): Memory {
    return { stores: { 'state machines': { of: this, fields: ['kept'] } } };
  }

  /** Every machine as it was written. */
  public get kept(): Omit<StateMachine, 'definition'>[] {
    return [...this.machines.values()].map(({ definition: _definition, ...machine }) => machine);
  }

  public set kept(machines: Omit<StateMachine, 'definition'>[]) {
    machines.forEach((machine) => this.machines.set(machine.arn, { ...machine, definition: parseDefinition(machine.text) }));
  }

  public async close(): Promise<void> {
    this.executions.forEach((execution) => execution.stop());
    await Promise.all(this.running);
  }

  private start({ stateMachineArn, name = randomUUID(), input = '{}' }: OperationInput): object {
    const machine = this.machine(stateMachineArn);
    const executionArn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    if (this.executions.has(executionArn)) {
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
    }
    const execution = new Execution(executionArn, name, machine.arn, parseInput(input), machine.definition, this.functions, this.world.clock);
    this.executions.set(executionArn, execution);
    const running = execution.run().finally(() => this.running.delete(running));
    this.running.add(running);
    this.forgetOldest();
    return { executionArn, startDate: execution.startedAt };
  }

  private stop({ executionArn, error, cause }: OperationInput): object {
    this.execution(executionArn).stop(error, cause);
    return { stopDate: this.world.clock.now() };
  }

  private machine(machineArn: string): StateMachine {
    const machine = this.machines.get(machineArn);
    if (!machine) {
      throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${machineArn}'`);
    }
    return machine;
  }

  private execution(executionArn: string): Execution {
    const execution = this.executions.get(executionArn);
    if (!execution) {
      throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
    }
    return execution;
  }

  private of(machine: StateMachine): Execution[] {
    return [...this.executions.values()].filter(({ stateMachineArn }) => stateMachineArn === machine.arn).reverse();
  }

  private forgetOldest(): void {
    const ended = [...this.executions.values()].filter(({ status }) => status !== 'RUNNING');
    ended.slice(0, Math.max(0, ended.length - MOST_ENDED)).forEach((execution) => this.executions.delete(execution.arn));
  }

  private type(): ResourceType {
    const put = async (name: string, properties: Properties) => {
      const text = await this.definitionText(properties);
      const machine: StateMachine = {
        arn: arn(this.world, 'states', `stateMachine:${name}`),
        name,
        roleArn: properties.RoleArn,
        text,
        definition: parseDefinition(text),
        createdAt: this.world.clock.now(),
      };
      this.machines.set(machine.arn, machine);
      return { physicalId: machine.arn, attributes: { Arn: machine.arn, Name: name, StateMachineRevisionId: randomUUID() } };
    };
    return {
      kind: 'rehearsed',
      replacedBy: ['StateMachineName', 'StateMachineType'],
      create: async (request) => {
        const name = request.properties.StateMachineName ?? madeUpName(request, { most: 80 });
        if (this.machines.has(arn(this.world, 'states', `stateMachine:${name}`))) {
          throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn(this.world, 'states', `stateMachine:${name}`)}'`);
        }
        return put(name, request.properties);
      },
      update: (request, state) => put(this.machine(state.physicalId).name, request.properties),
      delete: async (_request, state) => { this.machines.delete(state.physicalId); },
    };
  }

  private async definitionText(properties: Properties): Promise<string> {
    if (properties.StateMachineType !== undefined && properties.StateMachineType !== 'STANDARD') {
      throw new AwsError('ValidationException', `the local AWS runs state machines of the type STANDARD, got ${properties.StateMachineType}: deploy this one to AWS`);
    }
    const { DefinitionString: text, Definition: definition, DefinitionS3Location: location } = properties;
    const substitutions = properties.DefinitionSubstitutions ?? {};
    const template: string = text ?? (definition && JSON.stringify(definition))
      ?? (await this.objects.read(location?.Bucket, location?.Key)).toString('utf8');
    return template.replace(/\$\{(\w+)\}/g, (whole, name: string) => (name in substitutions ? String(substitutions[name]) : whole));
  }
}

function parseInput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${(error as Error).message}'`);
  }
}

function summarize(execution: Execution): object {
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.stateMachineArn,
    name: execution.name,
    status: execution.status,
    startDate: execution.startedAt,
    stopDate: execution.stoppedAt,
  };
}

function describe(execution: Execution): object {
  return {
    ...summarize(execution),
    input: JSON.stringify(execution.input),
    output: execution.status === 'SUCCEEDED' ? JSON.stringify(execution.output) : undefined,
    ...execution.failure,
  };
}

function describeMachine({ arn: stateMachineArn, name, roleArn, text, createdAt }: StateMachine): object {
  return { stateMachineArn, name, status: 'ACTIVE', definition: text, roleArn, type: 'STANDARD', creationDate: createdAt };
}
