import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { ROOT, runCli, temporaryFolder } from '../support/cli.js';

/** A section of docs/recordings.md: files with their content, and commands with what they say. */
const SECTIONS = readFileSync(join(ROOT, 'docs/recordings.md'), 'utf8').split(/^## /m).slice(1);

const FILE = /^`([\w./-]+)`:\n\n```\w+\n([\s\S]*?)```/gm;
const COMMAND = /^```console\n\$ aiops-serve (.*)\n([\s\S]*?)```/gm;

suite('docs/recordings.md: each recording is read by the command below it', () => {
  for (const section of SECTIONS) {
    const heading = section.slice(0, section.indexOf('\n'));
    test(heading, async (t) => {
      const cwd = temporaryFolder(t);
      for (const [, name = '', content = ''] of section.matchAll(FILE))
        writeFileSync(join(cwd, name), content);
      const commands = [...section.matchAll(COMMAND)];
      assert.ok(commands.length > 0);
      for (const [, args = '', says = ''] of commands) {
        const { status, stdout, stderr } = await runCli(args.split(' '), { cwd });
        const said = (stdout + stderr).split('\n').map(inOneLine);
        assert.equal(status, 0, stderr);
        for (const line of says.trim().split('\n'))
          assert.ok(said.includes(inOneLine(line)), `${line}\n${stderr}`);
      }
    });
  }
});

function inOneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
