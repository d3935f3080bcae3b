import { refusals } from './errors';

/** Of a load balancer's or target group's name. */
export const MOST_CHARACTERS = 32;

/** Of the id at the end of every ARN of Elastic Load Balancing. */
export const ID_DIGITS = 16;

export function validateName(kind: 'Load balancer' | 'Target group', name: string): void {
  if (name.length > MOST_CHARACTERS) {
    throw refusals.validation(`${kind} name '${name}' cannot be longer than '${MOST_CHARACTERS}' characters`);
  }
  if (!/^[A-Za-z0-9-]+$/.test(name)) {
    throw refusals.validation(`${kind} name '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`);
  }
  if (/^-|-$/.test(name)) {
    throw refusals.validation(`${kind} name '${name}' cannot begin or end with hyphen(-)`);
  }
}
