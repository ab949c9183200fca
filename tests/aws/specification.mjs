// Checks templates against the published specification of AWS: each resource type, property, value and attribute.
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';

const database = loadAwsServiceSpecSync();
const SECTIONS = new Set([
  'AWSTemplateFormatVersion',
  'Description',
  'Parameters',
  'Rules',
  'Conditions',
  'Resources',
  'Outputs',
]);
const ATTRIBUTES = new Set([
  'Type',
  'Properties',
  'Condition',
  'DependsOn',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'CreationPolicy',
  'UpdatePolicy',
]);
const PSEUDO = new Set(
  ['AccountId', 'NoValue', 'Partition', 'Region', 'StackId', 'StackName'].map((name) => `AWS::${name}`),
);

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** The name of the intrinsic function that a value is, if it is one. */
function intrinsic(value) {
  if (!isObject(value)) return undefined;
  const [key, ...others] = Object.keys(value);
  return others.length === 0 && (key === 'Ref' || key?.startsWith('Fn::')) ? key : undefined;
}

/** Faults of the whole template, each with the path to it. */
export function faultsOf(template) {
  const faults = [];
  const say = (path, text) => faults.push(`${path}: ${text}`);
  for (const section of Object.keys(template)) if (!SECTIONS.has(section)) say(section, 'no such section');
  const parameters = template.Parameters ?? {};
  const resources = template.Resources ?? {};
  const conditions = template.Conditions ?? {};

  // Where each name leads.
  function checkReference(path, name) {
    if (!PSEUDO.has(name) && !(name in parameters) && !(name in resources)) say(path, `nothing is called ${name}`);
  }
  function checkAttribute(path, name, attribute) {
    const resource = resources[name];
    if (!resource) return say(path, `no resource ${name}`);
    if (resource.Type === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.')) return undefined;
    const type = specified(resource.Type);
    if (type && !(attribute in type.attributes)) say(path, `${resource.Type} has no attribute ${attribute}`);
    return undefined;
  }
  function checkSub(path, argument) {
    const [text, own] = Array.isArray(argument) ? argument : [argument, {}];
    for (const [, name] of text.matchAll(/\$\{([^!}][^}]*)\}/g)) {
      if (name in own) continue;
      const [first, ...rest] = name.split('.');
      if (rest.length > 0) checkAttribute(path, first, rest.join('.'));
      else checkReference(path, first);
    }
    for (const name of Object.keys(own)) if (!text.includes(`\${${name}}`)) say(path, `${name} is not used`);
  }
  function checkFunctions(path, value) {
    if (Array.isArray(value)) value.forEach((item, index) => checkFunctions(`${path}[${index}]`, item));
    if (!isObject(value)) return;
    for (const [key, inner] of Object.entries(value)) {
      const at = `${path}.${key}`;
      if (key === 'Ref') checkReference(at, inner);
      if (key === 'Fn::GetAtt') checkAttribute(at, inner[0], inner[1]);
      if (key === 'Fn::Sub') checkSub(at, inner);
      if (key === 'Fn::If' && !(inner[0] in conditions)) say(at, `no condition ${inner[0]}`);
      if (key === 'Condition' && typeof inner === 'string' && !(inner in conditions)) say(at, `no condition ${inner}`);
      checkFunctions(at, inner);
    }
  }

  // What a value must be.
  function checkObject(path, properties, value, allowed = () => false) {
    if (!isObject(value)) return say(path, 'must be an object');
    for (const [name, property] of Object.entries(properties)) {
      if (property.required && !(name in value)) say(path, `${name} is missing`);
    }
    for (const [name, inner] of Object.entries(value)) {
      if (name in properties) checkValue(`${path}.${name}`, properties[name].type, inner);
      else if (!allowed(name)) say(path, `no property ${name}`);
    }
    return undefined;
  }
  function checkValue(path, type, value) {
    const called = intrinsic(value);
    if (called === 'Fn::If') return value[called].slice(1).forEach((branch) => checkValue(path, type, branch));
    if (called) return undefined; // known when it is deployed
    switch (type.type) {
      case 'ref':
        return checkObject(path, database.get('typeDefinition', type.reference.$ref).properties, value);
      case 'tag':
        return checkObject(
          path,
          { Key: { required: true, type: { type: 'string' } }, Value: { required: true, type: { type: 'string' } } },
          value,
          (name) => name === 'PropagateAtLaunch',
        );
      case 'array':
        if (!Array.isArray(value)) return say(path, 'must be a list');
        return value.forEach((item, index) => checkValue(`${path}[${index}]`, type.element, item));
      case 'map':
        if (!isObject(value)) return say(path, 'must be an object');
        return Object.entries(value).forEach(([key, item]) => checkValue(`${path}.${key}`, type.element, item));
      case 'union':
        return checkUnion(path, type, value);
      case 'json':
        return undefined;
      default:
        return checkScalar(path, type, value);
    }
  }
  function checkUnion(path, type, value) {
    const all = type.types.map((each) => {
      const before = faults.length;
      checkValue(path, each, value);
      return faults.splice(before);
    });
    if (all.every((found) => found.length > 0)) faults.push(...all[0]);
  }
  function checkScalar(path, type, value) {
    const right = {
      string: () => ['string', 'number', 'boolean'].includes(typeof value), // as CloudFormation converts them
      'date-time': () => typeof value === 'string',
      integer: () => Number.isInteger(Number(value)),
      number: () => typeof value !== 'object' && Number.isFinite(Number(value)),
      boolean: () => [true, false, 'true', 'false'].includes(value),
    }[type.type];
    if (!right) return say(path, `a type that this check does not know: ${type.type}`);
    if (!right()) return say(path, `must be of type ${type.type}`);
    if (type.allowedValues && !type.allowedValues.includes(value))
      say(path, `${value} is none of ${type.allowedValues}`);
    return undefined;
  }

  for (const [name, resource] of Object.entries(resources)) {
    const path = `Resources.${name}`;
    for (const key of Object.keys(resource)) if (!ATTRIBUTES.has(key)) say(path, `no attribute ${key}`);
    if (resource.Condition && !(resource.Condition in conditions)) say(path, `no condition ${resource.Condition}`);
    for (const other of [resource.DependsOn ?? []].flat()) if (!(other in resources)) say(path, `no resource ${other}`);
    const type = specified(resource.Type);
    if (type) checkObject(`${path}.Properties`, type.properties, resource.Properties ?? {});
    else say(path, `no type ${resource.Type}`);
    for (const key of ['Properties', 'CreationPolicy', 'UpdatePolicy']) checkFunctions(`${path}.${key}`, resource[key]);
  }
  checkFunctions('Outputs', template.Outputs);
  checkFunctions('Conditions', template.Conditions);
  checkFunctions('Rules', template.Rules);
  const text = JSON.stringify([template.Resources, template.Outputs, template.Conditions, template.Rules]);
  for (const name of Object.keys(parameters)) {
    if (!text.includes(`"Ref":"${name}"`) && !text.includes(`\${${name}}`)) say(`Parameters.${name}`, 'is not used');
  }
  return faults;
}

function specified(name) {
  return database.lookup('resource', 'cloudFormationType', 'equals', name)[0];
}

/** Faults between a template and those that it nests: `read` returns the template of a TemplateURL. */
export function faultsOfNesting(template, read) {
  const faults = [];
  const outputs = {};
  for (const [name, resource] of Object.entries(template.Resources)) {
    if (resource.Type !== 'AWS::CloudFormation::Stack') continue;
    const nested = read(resource.Properties.TemplateURL);
    outputs[name] = Object.keys(nested.Outputs ?? {});
    const given = Object.keys(resource.Properties.Parameters ?? {});
    for (const key of given) if (!(key in nested.Parameters)) faults.push(`${name}: no parameter ${key}`);
    for (const [key, parameter] of Object.entries(nested.Parameters)) {
      if (!('Default' in parameter) && !given.includes(key)) faults.push(`${name}: ${key} is missing`);
    }
  }
  for (const [, name, output] of JSON.stringify(template).matchAll(/"Fn::GetAtt":\["(\w+)","Outputs\.(\w+)"\]/g)) {
    if (!outputs[name]?.includes(output)) faults.push(`${name}: no output ${output}`);
  }
  return faults;
}
