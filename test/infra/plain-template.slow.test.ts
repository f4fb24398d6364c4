import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { expect, it } from 'vitest';
import { plainTemplate } from '../../infra/build/plain-template.js';

it('is valid by the schemas of CloudFormation, and a megabyte at most', () => {
  const template = plainTemplate('en', (name) => `${name}-0123.zip`);
  const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-template-'));
  const check = (text: string) => () => {
    const templateFile = join(folder, 'template.json');
    writeFileSync(templateFile, text);
    const app = new App({
      outdir: join(folder, 'out'),
      builtinCloudFormationValidation: true,
      context: { '@aws-cdk/core:validateAgainstDefaultRules': true },
    });
    new CfnInclude(new Stack(app, 'Plain'), 'Template', { templateFile });
    app.synth();
  };
  const text = JSON.stringify(template, null, 1);
  expect(text.length).toBeLessThan(1_000_000);
  expect(check(text)).not.toThrow();
  expect(check(text.replace('"MemorySize": 1024', '"MemorySize": 1'))).toThrow();
  rmSync(folder, { recursive: true });
});
