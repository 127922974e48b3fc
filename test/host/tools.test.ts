import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { findTools, requireAll, type ToolName } from '#build/host/tools.js';
import { temporaryFolder } from '../support/cli.js';
import { programs } from '../support/native-install.js';
import { refusal } from '../support/refusals.js';

const ALL: readonly ToolName[] = ['npm', 'compiler', 'pip'];

suite('tools', { skip: process.platform === 'win32' ? 'shell scripts stand for tools here' : false }, () => {
  test('all missing tools are named at once, each with how to get it', async (t) => {
    const PATH = programs(join(temporaryFolder(t), 'bin'), {});
    const tools = await findTools(ALL, { PATH }, new AbortController().signal);
    assert.equal(tools.found.size, 0);
    assert.throws(
      () => requireAll(tools),
      refusal('backend', [
        /apt-get install npm/,
        /apt-get install g\+\+/,
        /dnf install gcc-c\+\+/,
        /apt-get install python3-pip/,
        /--wheel/,
      ]),
    );
  });

  test('a given wheel makes Python unnecessary', async (t) => {
    const PATH = programs(join(temporaryFolder(t), 'bin'), { npm: 'echo 11.0.0', 'c++': 'echo c++ 13' });
    requireAll(await findTools(['npm', 'compiler'], { PATH }, new AbortController().signal));
  });

  test('a tool that is found has a path and a version', async (t) => {
    const PATH = programs(join(temporaryFolder(t), 'bin'), {
      npm: 'echo 11.0.0',
      'clang++': 'echo clang version 18; echo more',
      python: 'echo "pip 24 of $*"',
    });
    const { found, missing } = await findTools(
      ALL,
      { PATH: `/nowhere::${PATH}` },
      new AbortController().signal,
    );
    assert.deepEqual(missing, []);
    assert.deepEqual(found.get('compiler'), {
      path: join(PATH, 'clang++'),
      prefix: [],
      version: 'clang version 18',
    });
    assert.equal(found.get('pip')?.version, 'pip 24 of -m pip --version');
  });

  test('a Python without pip counts as missing, and the next one is tried', async (t) => {
    const folder = temporaryFolder(t);
    const bad = programs(join(folder, 'bad'), { python3: 'echo No module named pip >&2; exit 1' });
    const { missing } = await findTools(['pip'], { PATH: bad }, new AbortController().signal);
    assert.match(missing[0]?.reason ?? '', /bad\/python3 -m pip does not run: No module named pip/);
    const good = programs(join(folder, 'good'), { python: 'echo pip 24' });
    assert.equal(
      (await findTools(['pip'], { PATH: `${bad}:${good}` }, new AbortController().signal)).found.size,
      1,
    );
  });

  test('CXX takes precedence, may have arguments, and is not replaced silently', async (t) => {
    const PATH = programs(join(temporaryFolder(t), 'bin'), { 'g++': 'echo g++', wrap: 'echo wrapped "$@"' });
    const { found } = await findTools(['compiler'], { PATH, CXX: 'wrap g++' }, new AbortController().signal);
    assert.equal(found.get('compiler')?.version, 'wrapped g++ --version');
    const { missing } = await findTools(['compiler'], { PATH, CXX: 'icpx' }, new AbortController().signal);
    assert.match(missing[0]?.reason ?? '', /CXX is icpx/);
  });
});
