import { Token } from 'aws-cdk-lib';

/** What is wrong with a prop, in the four parts of a sentence: which prop, what it got, what is allowed, what to do. */
export interface Refusal {
  readonly prop: string;
  readonly got: unknown;
  readonly allowed: string;
  readonly instead: string;
}

export function refuse(refusal: Refusal): never {
  throw new Error(`${refusal.prop}: got ${refusal.got}, ${refusal.allowed}; ${refusal.instead}`);
}

/** A number that is known only at deploy time passes: CloudFormation or the service will judge it. */
export function validateRange(prop: string, value: number | undefined, range: { min: number; max: number; instead: string }): void {
  if (value === undefined || Token.isUnresolved(value)) {
    return;
  }
  if (!Number.isInteger(value) || value < range.min || value > range.max) {
    refuse({ prop, got: value, allowed: `allowed are whole numbers from ${range.min} to ${range.max}`, instead: range.instead });
  }
}

const IPV4_OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4_CIDR = new RegExp(`^${IPV4_OCTET}(\\.${IPV4_OCTET}){3}/(3[0-2]|[12]?\\d)$`);

/** An IPv4 range in CIDR notation. */
export function validateIpv4Cidr(prop: string, cidr: string): void {
  if (Token.isUnresolved(cidr)) {
    return;
  }
  if (!IPV4_CIDR.test(cidr)) {
    refuse({ prop, got: `'${cidr}'`, allowed: "allowed are IPv4 ranges such as '203.0.113.0/24'", instead: 'for a single address append /32' });
  }
}
