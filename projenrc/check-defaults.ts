import { readFileSync } from 'node:fs';

/** Every optional prop of the public API says what happens without it; this reads what jsii has made of the docstrings. */
interface Assembly {
  readonly types: Record<string, { readonly fqn: string; readonly datatype?: boolean; readonly properties?: Property[] }>;
}

interface Property {
  readonly name: string;
  readonly optional?: boolean;
  readonly docs?: { readonly default?: string; readonly summary?: string };
  readonly locationInModule?: { readonly filename: string; readonly line: number };
}

const assembly: Assembly = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const structs = Object.values(assembly.types).filter((type) => type.datatype);
const silent = structs.flatMap((type) => (type.properties ?? [])
  .filter((property) => (property.optional && !property.docs?.default) || !property.docs?.summary)
  .map((property) => `${property.locationInModule?.filename}:${property.locationInModule?.line} ${type.fqn}.${property.name}`));

if (silent.length > 0) {
  console.error(`These props lack a summary, or an @default that says what happens without them:\n${silent.join('\n')}`);
  process.exit(1);
}
console.log(`${structs.reduce((sum, type) => sum + (type.properties?.length ?? 0), 0)} props say what they do, and what happens without them`);
