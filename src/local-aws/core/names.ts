import { createHash, randomBytes } from 'node:crypto';
import type { ResourceRequest } from './api';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The name that CloudFormation makes up for a resource that the template gives none: `stack-LogicalId-RANDOM`. */
export function madeUpName(request: Pick<ResourceRequest, 'stackName' | 'logicalId'>, options: { most?: number; lowerCase?: boolean } = {}): string {
  const random = [...randomBytes(12)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
  const most = options.most ?? 128;
  const half = Math.floor((most - random.length - 2) / 2);
  const name = [request.stackName.slice(0, half), request.logicalId.slice(0, half), random].join('-');
  return options.lowerCase ? name.toLowerCase() : name;
}

/** The hexadecimal part of ids such as `vpc-0a1b…`: random, or always the same for the same seed. */
export function hexId(length = 17, seed?: string): string {
  const hex = seed === undefined ? randomBytes(32).toString('hex') : createHash('sha256').update(seed).digest('hex');
  return hex.slice(0, length);
}
