import { Pair, Scalar, YAMLMap, type CollectionTag, type ScalarTag } from 'yaml';

/** The intrinsic functions that have a short form in YAML; which of them are known here, their long form decides. */
const FUNCTIONS = [
  'And', 'Base64', 'Cidr', 'Equals', 'FindInMap', 'GetAtt', 'GetAZs', 'If', 'ImportValue', 'Join', 'Not', 'Or', 'Select', 'Split', 'Sub', 'Transform',
];

/** `!Sub text` stands for `{ "Fn::Sub": "text" }`, and so with lists and maps. */
export const SHORT_FORMS = [
  ...formsOf('!Ref', 'Ref'), ...formsOf('!Condition', 'Condition'), ...FUNCTIONS.flatMap((name) => formsOf(`!${name}`, `Fn::${name}`)),
];

function formsOf(tag: string, long: string): (ScalarTag | CollectionTag)[] {
  return [{ tag, resolve: (text) => ({ [long]: text }) }, collection(tag, long, 'seq'), collection(tag, long, 'map')];
}

function collection(tag: string, long: string, kind: 'seq' | 'map'): CollectionTag {
  return {
    tag,
    collection: kind,
    resolve: (argument) => {
      const plain = argument.clone() as typeof argument;
      plain.tag = undefined;
      const call = new YAMLMap();
      call.items.push(new Pair(new Scalar(long), plain));
      return call;
    },
  };
}
