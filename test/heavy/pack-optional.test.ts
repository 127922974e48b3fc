import assert from 'node:assert/strict';
import { test } from 'node:test';

import { recording, temporaryFolder } from '../support/cli.js';
import { installPacked, npx, pack } from '../support/packed.js';

test('the package installs and replays whether or not its optional native backend can be fetched', async (t) => {
  const folder = temporaryFolder(t);
  const app = await installPacked(folder, (await pack(folder)).path);
  const replay = await npx(app, 'aiops-serve', 'replay', recording('real-day.csv'), '--out', 'out');
  assert.equal(replay.status, 0, replay.stderr);
});
