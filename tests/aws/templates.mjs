// Reads CloudFormation templates: their short tags (!Ref, !GetAtt, …) become the long form.
import fs from 'node:fs';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';

const FUNCTIONS = ['Base64', 'Cidr', 'Equals', 'GetAZs', 'If', 'Join', 'Not', 'Select', 'Sub'];

const ofText = (name, key, resolve) => ({ tag: `!${name}`, resolve: (text) => ({ [key]: resolve(text) }) });
const ofList = (name, key) => ({ tag: `!${name}`, collection: 'seq', resolve: (list) => ({ [key]: list.toJSON() }) });

// "Resource.Attribute"; an attribute may have dots of its own.
const attribute = (text) => [text.slice(0, text.indexOf('.')), text.slice(text.indexOf('.') + 1)];
const TAGS = [
  ofText('Ref', 'Ref', (text) => text),
  ofText('GetAtt', 'Fn::GetAtt', attribute),
  ...FUNCTIONS.flatMap((name) => [ofText(name, `Fn::${name}`, (text) => text), ofList(name, `Fn::${name}`)]),
];

/** The template in a file, as plain values. Throws where it is no YAML or has an unknown tag. */
export function read(file) {
  return parse(fs.readFileSync(file, 'utf8'));
}

export function parse(text) {
  const document = parseDocument(text, { customTags: TAGS, uniqueKeys: true });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) throw faults[0];
  return plain(document.contents);
}

// toJSON() of the library does not look into the values that tags have made.
function plain(node) {
  if (isMap(node)) return Object.fromEntries(node.items.map((pair) => [plain(pair.key), plain(pair.value)]));
  if (isSeq(node)) return node.items.map(plain);
  if (isScalar(node)) return plain(node.value);
  if (Array.isArray(node)) return node.map(plain);
  if (node !== null && typeof node === 'object')
    return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, plain(v)]));
  return node;
}
