// What can be known of deploy/aws without an account: the specification of AWS, the rules of its Control Tower (cfn-guard),
// and CDK, which reads the templates as CloudFormation does. Nothing here has been deployed.
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { createRequire } from 'node:module';

import { App, Stack } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';

import { faultsOf, faultsOfNesting } from './specification.mjs';
import { read } from './templates.mjs';

const FOLDER = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../deploy/aws');
const FILES = fs.readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const NESTED = ['network', 'data', 'balancers', 'nodes', 'alarms'];
const template = (name) => read(path.join(FOLDER, name));

// Rules of Control Tower that we do not follow, and why.
const EXCEPTIONS = {
  s3_bucket_default_encryption_kms_check:
    "the bucket holds packages that anyone may have; it is encrypted by S3's own key",
  s3_bucket_logging_enabled_check: 'who fetched a package is in CloudTrail, if anyone wants to know',
  s3_event_notifications_enabled_check: 'nothing waits for a package',
  s3_bucket_object_lock_enabled_check: 'versions are kept, and a package can be built again',
  elbv2_logging_enabled_check: 'that log would keep query strings, which have tickets and tokens of mailed links',
  cloudfront_access_logs_enabled_check: 'logged by AWS::Logs::Delivery, which can leave the query strings out',
  cloudfront_default_root_object_configured_check: 'the program serves /',
  cloudfront_origin_failover_enabled_check: 'there is one origin; docs/scaling.md says what several regions need',
  cloudwatch_log_group_retention_period_check: 'logs have addresses of users: 30 days are promised in docs/privacy.md',
  cloudwatch_log_group_encrypted_check: "only in us-east-1 (edge.yaml), where they have CloudWatch's own key",
  rds_instance_no_default_ports_check: 'another port protects from nothing where only the machines can connect',
  autoscaling_multiple_az_check: 'the zones follow from the subnets, which the rule does not look at',
  autoscaling_mixed_instances_policy_multiple_instance_types_check:
    'the target of sockets a machine is measured for one type',
};

test('each template is as the specification of AWS wants it', () => {
  for (const name of FILES) assert.deepStrictEqual(faultsOf(template(name)), [], name);
});

test('nested stacks get the parameters that they want, and have the outputs that are used', () => {
  assert.deepStrictEqual(faultsOfNesting(template('mindspace.yaml'), template), []);
});

test('CDK reads all of them', () => {
  const app = new App({ outdir: fs.mkdtempSync(path.join(os.tmpdir(), 'aws-')) });
  const root = template('mindspace.yaml');
  const loadNestedStacks = {};
  for (const [id, resource] of Object.entries(root.Resources)) {
    if (resource.Type !== 'AWS::CloudFormation::Stack') continue;
    assert.ok(NESTED.includes(path.basename(resource.Properties.TemplateURL, '.yaml')), id);
    loadNestedStacks[id] = { templateFile: path.join(FOLDER, resource.Properties.TemplateURL) };
  }
  new CfnInclude(new Stack(app, 'root'), 'all', {
    templateFile: path.join(FOLDER, 'mindspace.yaml'),
    loadNestedStacks,
  });
  for (const name of ['edge', 'artifacts']) {
    new CfnInclude(new Stack(app, name), 'all', { templateFile: path.join(FOLDER, `${name}.yaml`) });
  }
  assert.strictEqual(app.synth().stacks.length, 3);
  fs.rmSync(app.outdir, { recursive: true });
});

// The value that a parameter has by default, or one as it could be: the rules want to see values.
function example(name, parameter) {
  if (name === 'InstanceType') return template('mindspace.yaml').Parameters.GatewayInstanceType.Default;
  if (parameter.Default !== undefined && parameter.Default !== '') return parameter.Default;
  if (parameter.Type.startsWith('List<') || parameter.Type === 'CommaDelimitedList') return ['a-1', 'b-2'];
  return parameter.Type === 'Number' ? 7 : 'arn:aws:kms:eu-central-1:111122223333:key/example';
}

function withExamples(value, parameters) {
  if (Array.isArray(value)) return value.map((item) => withExamples(item, parameters));
  if (value === null || typeof value !== 'object') return value;
  if (value.Ref in parameters) return example(value.Ref, parameters[value.Ref]);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withExamples(inner, parameters)]));
}

/** The names of the broken rules, with the templates that break them. */
function guard(templates) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'guard-'));
  for (const [name, content] of Object.entries(templates)) {
    const shown = withExamples(content, content.Parameters ?? {});
    fs.writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(shown));
  }
  const validator = path.dirname(
    createRequire(import.meta.url).resolve('@cdklabs/cdk-validator-cfnguard/package.json'),
  );
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const ended = spawnSync(
    path.join(validator, 'bin/ubuntu', machine, 'cfn-guard'),
    [
      'validate',
      '--rules',
      path.join(validator, 'rules/control-tower/cfn-guard'),
      '--data',
      folder,
      '--show-summary',
      'none',
      '--structured',
      '--output-format',
      'json',
    ],
    { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 120_000 },
  );
  fs.rmSync(folder, { recursive: true });
  const broken = {};
  for (const { name, not_compliant: rules } of JSON.parse(ended.stdout)) {
    for (const { Rule: rule } of rules) (broken[rule.name] ??= []).push(path.basename(name, '.json'));
  }
  return broken;
}

test('the rules of Control Tower hold, but for the exceptions', () => {
  const broken = guard(Object.fromEntries(FILES.map((name) => [path.basename(name, '.yaml'), template(name)])));
  assert.deepStrictEqual(Object.keys(broken).sort(), Object.keys(EXCEPTIONS).sort(), JSON.stringify(broken, null, 1));
  assert.deepStrictEqual(broken.cloudwatch_log_group_encrypted_check, ['edge']);
});

test('no database can be reached from outside, and its connections are encrypted', () => {
  const { Resources: data } = template('data.yaml');
  const ingress = template('network.yaml').Resources.DataGroup.Properties.SecurityGroupIngress;
  for (const rule of ingress) assert.deepStrictEqual(rule.SourceSecurityGroupId, { Ref: 'NodeGroup' });
  for (const name of ['Database', 'Replica', 'Broker'])
    assert.strictEqual(data[name].Properties.PubliclyAccessible, false);
  assert.strictEqual(data.DatabaseParameters.Properties.Parameters['rds.force_ssl'], '1');
  assert.strictEqual(data.Cache.Properties.TransitEncryptionMode, 'required');
});

test('machines may do what they are listed to do, and each wildcard has a condition or is one that AWS demands', () => {
  for (const name of FILES) {
    for (const [id, { Type: type, Properties: properties }] of Object.entries(template(name).Resources)) {
      if (type !== 'AWS::IAM::Role') continue;
      for (const {
        PolicyDocument: { Statement: statements },
      } of properties.Policies ?? []) {
        for (const statement of statements.map((each) => each['Fn::If']?.[1] ?? each)) {
          const actions = [statement.Action].flat();
          assert.ok(!actions.some((action) => action.includes('*')), `${name} ${id} ${statement.Sid}`);
          const unbound = statement.Resource === '*' && !statement.Condition;
          assert.ok(
            !unbound || actions.join() === 'elasticloadbalancing:DescribeTargetHealth',
            `${id} ${statement.Sid}`,
          );
        }
      }
    }
  }
});

test('the user data fits, and is a script without faults', () => {
  const text =
    template('nodes.yaml').Resources.Template.Properties.LaunchTemplateData.UserData['Fn::Base64']['Fn::Sub'];
  assert.ok(text.length < 8 << 10, '16 KiB at most, with its values in it');
  const checked = spawnSync('shellcheck', ['--shell=bash', '-'], {
    input: text.replaceAll(/\$\{[A-Z][^}]*\}/g, 'value'),
    encoding: 'utf8',
  });
  assert.strictEqual(checked.stdout, '');
});

// Each check must be able to fail.
const PARAMETER = { Parameters: { Size: { Type: 'Number' } } };
const queue = (properties, more = {}) => ({
  Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: properties, ...more } },
});
const FAULTS = {
  'an unknown type': [{ Resources: { A: { Type: 'AWS::SQS::Line' } } }, 'no type AWS::SQS::Line'],
  'an unknown property': [queue({ Length: 1 }), 'no property Length'],
  'a wrong type': [queue({ DelaySeconds: 'soon' }), 'must be of type integer'],
  'no list': [queue({ Tags: 'a' }), 'must be a list'],
  'a value that is none': [
    {
      Resources: {
        A: { Type: 'AWS::ElastiCache::User', Properties: { UserId: 'a', UserName: 'a', Engine: 'memcached' } },
      },
    },
    'memcached is none of redis,valkey',
  ],
  'a missing property': [
    { Resources: { A: { Type: 'AWS::ElastiCache::User', Properties: { UserId: 'a', UserName: 'a' } } } },
    'Engine is missing',
  ],
  'a fault in one branch': [
    { Conditions: { Big: true }, ...queue({ DelaySeconds: { 'Fn::If': ['Big', 'soon', 1] } }) },
    'must be of type integer',
  ],
  'an unknown condition': [queue({}, { Condition: 'Big' }), 'no condition Big'],
  'a reference to nothing': [queue({ QueueName: { Ref: 'Name' } }), 'nothing is called Name'],
  'a text with a reference to nothing': [queue({ QueueName: { 'Fn::Sub': '${Name}-a' } }), 'nothing is called Name'],
  'an unknown attribute': [
    { ...queue({}), Outputs: { A: { Value: { 'Fn::GetAtt': ['Queue', 'Speed'] } } } },
    'AWS::SQS::Queue has no attribute Speed',
  ],
  'an unused parameter': [{ ...PARAMETER, ...queue({}) }, 'is not used'],
};
for (const [what, [content, fault]] of Object.entries(FAULTS)) {
  test(`finds ${what}`, () =>
    assert.match(faultsOf(content).join('\n'), new RegExp(`${fault.replaceAll(/[.[\]$]/g, '\\$&')}$`)));
}

test('finds what is missing between stacks', () => {
  const root = {
    Resources: { A: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'a', Parameters: { B: 1 } } } },
    Outputs: { C: { Value: { 'Fn::GetAtt': ['A', 'Outputs.C'] } } },
  };
  assert.deepStrictEqual(
    faultsOfNesting(root, () => PARAMETER),
    ['A: no parameter B', 'A: Size is missing', 'A: no output C'],
  );
});

test('finds a public database that is not encrypted', () => {
  const data = structuredClone(template('data.yaml'));
  Object.assign(data.Resources.Database.Properties, {
    PubliclyAccessible: true,
    StorageEncrypted: false,
    MultiAZ: false,
  });
  const broken = Object.keys(guard({ data }));
  for (const rule of [
    'rds_instance_public_access_check',
    'rds_instance_storage_encrypted_check',
    'rds_instance_multi_az_support_check',
  ]) {
    assert.ok(broken.includes(rule), `${rule} in ${broken}`);
  }
});
