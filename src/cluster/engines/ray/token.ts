import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { AiopsError, messageOf } from '../../../core/errors.js';

/**
 * The token of a Ray cluster, where Ray's own tools look for it
 * (https://docs.ray.io/en/latest/ray-security/token-auth.html): RAY_AUTH_TOKEN, the file that RAY_AUTH_TOKEN_PATH
 * names, `~/.ray/auth_token`. Null: none.
 *
 * @throws AiopsError `config` where a named file can't be read
 */
export async function rayToken(environment: NodeJS.ProcessEnv): Promise<string | null> {
  const { RAY_AUTH_TOKEN: token, RAY_AUTH_TOKEN_PATH: named } = environment;
  if (token !== undefined && token !== '') return token;
  const path = named ?? join(homedir(), '.ray', 'auth_token');
  try {
    const kept = (await readFile(path, 'utf8')).trim();
    return kept === '' ? null : kept;
  } catch (cause) {
    if (named === undefined) return null;
    throw new AiopsError('config', `cannot read RAY_AUTH_TOKEN_PATH ${path}: ${messageOf(cause)}`, { cause });
  }
}
