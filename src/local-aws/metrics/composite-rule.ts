import type { AlarmStateValue } from './alarm-decision';
import { AwsError } from '../core/api';

/** Whether a composite alarm is in ALARM, given the states of the alarms that its rule names. */
export type CompositeRule = (stateOf: (alarm: string) => AlarmStateValue | undefined) => boolean;

const TOKEN = /\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]*)"|'([^']*)'|([^\s()]+))\s*\)|(AND|OR|NOT|TRUE|FALSE|\(|\)))/y;

type Token = { readonly word: string } | { readonly state: AlarmStateValue; readonly alarm: string };

/** Reads `ALARM("one") AND NOT (OK(two) OR INSUFFICIENT_DATA(three))`; AND binds closer than OR. */
export function parseCompositeRule(text: string): CompositeRule {
  const tokens = tokenize(text);
  let position = 0;
  const isNext = (word: string) => {
    const token = tokens[position];
    return token !== undefined && 'word' in token && token.word === word;
  };
  const take = (word: string) => isNext(word) && (position += 1) > 0;

  const either = (): CompositeRule => {
    const rules = [both()];
    while (take('OR')) {
      rules.push(both());
    }
    return (stateOf) => rules.some((rule) => rule(stateOf));
  };
  const both = (): CompositeRule => {
    const rules = [single()];
    while (take('AND')) {
      rules.push(single());
    }
    return (stateOf) => rules.every((rule) => rule(stateOf));
  };
  const single = (): CompositeRule => {
    if (take('NOT')) {
      const rule = single();
      return (stateOf) => !rule(stateOf);
    }
    if (take('(')) {
      const rule = either();
      if (!take(')')) {
        throw malformed(text);
      }
      return rule;
    }
    const token = tokens[position];
    position += 1;
    if (token === undefined || ('word' in token && token.word !== 'TRUE' && token.word !== 'FALSE')) {
      throw malformed(text);
    }
    return 'word' in token ? () => token.word === 'TRUE' : (stateOf) => stateOf(token.alarm) === token.state;
  };

  const rule = either();
  if (position < tokens.length) {
    throw malformed(text);
  }
  return rule;
}

function tokenize(text: string): Token[] {
  const token = new RegExp(TOKEN);
  const tokens: Token[] = [];
  let end = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [, state, doubleQuoted, singleQuoted, bare, word] = match;
    tokens.push(word === undefined ? { state: state as AlarmStateValue, alarm: doubleQuoted ?? singleQuoted ?? bare } : { word });
    end = token.lastIndex;
  }
  if (text.slice(end).trim() !== '') {
    throw malformed(text);
  }
  return tokens;
}

function malformed(text: string): AwsError {
  return new AwsError('ValidationError', `AlarmRule is malformed: '${text}'`);
}
