import { Copy, DockerfileParser, type Instruction } from 'dockerfile-ast';
import { AwsError } from '../../core/api';

/** What a Dockerfile says of one stage, as far as running its command without building it needs. */
export interface Stage {
  readonly name?: string;
  /** The image or the earlier stage that it starts from. */
  readonly from: string;
  readonly steps: readonly Step[];
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly stopSignal?: string;
  readonly exposes: readonly number[];
}

/** Each step knows the working directory and the environment at its place. */
export type Step =
  | { readonly kind: 'workdir'; readonly path: string }
  | { readonly kind: 'env'; readonly name: string; readonly value: string }
  | { readonly kind: 'copy'; readonly from?: string; readonly sources: readonly string[]; readonly destination: string; readonly text: string };

type Draft = { -readonly [Key in keyof Stage]: Stage[Key] } & { steps: Step[]; exposes: number[] };

/**
 * Reads a Dockerfile. HEALTHCHECK is left out, since ECS doesn't look at it either: only the task definition's counts.
 */
export function parseDockerfile(content: string, buildArgs: Readonly<Record<string, string>> = {}): Stage[] {
  const stages: Draft[] = [];
  const globalArgs: Record<string, string> = {};
  let variables: Record<string, string> = {};
  for (const instruction of DockerfileParser.parse(content).getInstructions()) {
    const keyword = instruction.getKeyword();
    const stage = stages[stages.length - 1];
    if (keyword === 'ARG') {
      for (const { name, value } of pairs(instruction)) {
        const given = buildArgs[name] ?? (value === undefined ? globalArgs[name] : expand(value, variables));
        if (given !== undefined) {
          (stage ? variables : globalArgs)[name] = given;
        }
      }
    } else if (keyword === 'FROM') {
      const [from, , name] = words(instruction).map((word) => expand(word, globalArgs));
      if (!from) {
        throw new AwsError('DockerfileParseError', `line ${instruction.getRange().start.line + 1} of the Dockerfile has a FROM without an image`);
      }
      const parent = findStage(stages, from);
      variables = parent ? environmentOf(stages, parent) : {};
      const { exposes = [], entryPoint, command, stopSignal } = parent ?? {};
      stages.push({ name, from, steps: [], exposes: [...exposes], entryPoint, command, stopSignal });
    } else if (stage) {
      read(stage, instruction, variables);
    }
  }
  if (stages.length === 0) {
    throw new AwsError('DockerfileParseError', 'the Dockerfile has no FROM: it describes no image');
  }
  return stages;
}

/** The stage of that name or number; undefined for an image. */
export function findStage<T extends Stage>(stages: readonly T[], nameOrNumber: string): T | undefined {
  return stages.find((stage) => stage.name?.toLowerCase() === nameOrNumber.toLowerCase()) ?? (/^\d+$/.test(nameOrNumber) ? stages[Number(nameOrNumber)] : undefined);
}

function read(stage: Draft, instruction: Instruction, variables: Record<string, string>): void {
  const keyword = instruction.getKeyword();
  switch (keyword) {
    case 'WORKDIR':
      stage.steps.push({ kind: 'workdir', path: expand(words(instruction).join(' '), variables) });
      break;
    case 'ENV':
      for (const { name, value } of pairs(instruction)) {
        // The machine's PATH stands for the base image's: it is expanded when the container starts.
        const expanded = expand(value ?? '', variables, name === 'PATH' ? ['PATH'] : []);
        variables[name] = expanded;
        stage.steps.push({ kind: 'env', name, value: expanded });
      }
      break;
    case 'COPY':
    case 'ADD': {
      const paths = (jsonStrings(instruction) ?? words(instruction)).map((word) => expand(word, variables));
      const flag = instruction instanceof Copy ? instruction.getFlags().find((given) => given.getName() === 'from')?.getValue() ?? undefined : undefined;
      stage.steps.push({
        kind: 'copy',
        from: flag && expand(flag, variables),
        sources: paths.slice(0, -1),
        destination: paths[paths.length - 1],
        text: instruction.getTextContent(),
      });
      break;
    }
    case 'ENTRYPOINT':
      stage.entryPoint = commandOf(instruction);
      // As in an image: a new entry point forgets the inherited command.
      stage.command = undefined;
      break;
    case 'CMD':
      stage.command = commandOf(instruction);
      break;
    case 'STOPSIGNAL':
      stage.stopSignal = expand(words(instruction)[0] ?? '', variables);
      break;
    case 'EXPOSE':
      stage.exposes.push(...words(instruction).map((word) => Number.parseInt(expand(word, variables), 10)).filter((port) => port > 0));
      break;
  }
}

/** The exec form as it is; the shell form as the shell gets it. */
function commandOf(instruction: Instruction): string[] {
  return jsonStrings(instruction) ?? ['/bin/sh', '-c', instruction.getArgumentsContent() ?? ''];
}

/** Parsed here, since the parser's own strings have lost their spaces. What is not JSON is the shell form, as for Docker. */
function jsonStrings(instruction: Instruction): string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(instruction.getArgumentsContent() ?? '');
    return Array.isArray(parsed) ? parsed.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/** The arguments without flags (`--from`, `--chown`, `--platform`). */
function words(instruction: Instruction): string[] {
  return instruction.getArguments().map((argument) => argument.getValue()).filter((word) => !/^--[a-z-]+(=|$)/.test(word));
}

function pairs(instruction: Instruction): { name: string; value?: string }[] {
  const properties = (instruction as Instruction & { getProperties(): { getName(): string; getValue(): string | null }[] }).getProperties();
  return properties.map((property) => ({ name: property.getName(), value: property.getValue() ?? undefined }));
}

/** `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+value}`; names in `keep` stay as they are. */
function expand(text: string, variables: Readonly<Record<string, string>>, keep: readonly string[] = []): string {
  return text.replace(/\$(?:\{(\w+)(?::([-+])([^}]*))?\}|(\w+))/g, (whole, braced: string, operator: string, word: string, plain: string) => {
    const name = braced ?? plain;
    const value = variables[name];
    if (operator === '+') {
      return value ? word : '';
    }
    if (value === undefined && keep.includes(name)) {
      return whole;
    }
    return value || (operator === '-' ? word : value ?? '');
  });
}

function environmentOf(stages: readonly Stage[], stage: Stage): Record<string, string> {
  const parent = findStage(stages.slice(0, stages.indexOf(stage)), stage.from);
  const own = stage.steps.flatMap((step) => step.kind === 'env' ? [[step.name, step.value]] : []);
  return { ...parent && environmentOf(stages, parent), ...Object.fromEntries(own) };
}
