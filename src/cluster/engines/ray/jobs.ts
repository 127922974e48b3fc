import { AiopsError, messageOf } from '../../../core/errors.js';
import { object, oneOf, nullable, ShapeError, text, type Shape } from '../../../core/shape.js';
import { sendRequest, type HttpAnswer } from './http.js';

/** The states of a job; the last three are final. */
const STATES = ['PENDING', 'RUNNING', 'STOPPED', 'SUCCEEDED', 'FAILED'] as const;

/** What the cluster says of a job. */
export interface JobFacts {
  readonly status: (typeof STATES)[number];
  readonly message: string | null;
}

export interface JobRequest {
  readonly id: string;
  /** A shell command, run on the head node in the folder of the package. */
  readonly entrypoint: string;
  /** Name of an uploaded package. */
  readonly packageName: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export function hasEnded({ status }: JobFacts): boolean {
  return status === 'STOPPED' || status === 'SUCCEEDED' || status === 'FAILED';
}

/** No answer takes longer, ms; submitting waits for the head node's agent, which may only just have started. */
const ANSWER_MS = 30_000;
const SUBMIT_MS = 180_000;
const UPLOAD_MS = 600_000;

const jobFacts = object({ status: oneOf(...STATES) }, { message: nullable(text) });
const submitted = object({ submission_id: text });
const version = object({ ray_version: text });
const jobLogs = object({ logs: text });

/**
 * Ray's Jobs REST API (https://docs.ray.io/en/latest/cluster/running-applications/job-submission/api.html). Every
 * method throws AiopsError: `tool_failed` where the cluster can't be reached or answers with an error, `config` where
 * it wants a token.
 */
export class RayJobs {
  readonly #address: string;
  readonly #token: string | null;

  /**
   * @param address of the dashboard, such as `http://head:8265`
   * @param token sent as a bearer token; null: none
   */
  constructor(address: string, token: string | null) {
    this.#address = address.replace(/\/+$/, '');
    this.#token = token;
  }

  /** The version of Ray that the cluster runs. */
  async version(): Promise<string> {
    return (await this.#get('/api/version', version)).ray_version;
  }

  /** Uploads a zip archive unless the cluster has one of this name. */
  async upload(name: string, archive: () => Promise<Uint8Array>): Promise<void> {
    const path = `/api/packages/gcs/${name}`;
    if ((await this.#send('GET', path, { accepts: [404] })).status !== 404) return;
    await this.#send('PUT', path, { body: await archive(), timeoutMs: UPLOAD_MS });
  }

  /** Null: there is no such job. */
  async find(id: string): Promise<JobFacts | null> {
    const answer = await this.#send('GET', `/api/jobs/${id}`, { accepts: [404] });
    if (answer.status === 404) return null;
    const { status, message = null } = this.#parsed(answer, jobFacts);
    return { status, message };
  }

  async submit({ id, entrypoint, packageName, metadata }: JobRequest): Promise<void> {
    const body = JSON.stringify({
      submission_id: id,
      ...{ entrypoint, metadata },
      runtime_env: { working_dir: `gcs://${packageName}` },
    });
    this.#parsed(await this.#send('POST', '/api/jobs/', { body, timeoutMs: SUBMIT_MS }), submitted);
  }

  /** All that the driver has printed so far. */
  async logs(id: string): Promise<string> {
    return (await this.#get(`/api/jobs/${id}/logs`, jobLogs)).logs;
  }

  /** Asks the cluster to end a job; resolves before it has. */
  async stop(id: string): Promise<void> {
    await this.#send('POST', `/api/jobs/${id}/stop`);
  }

  async #get<T>(path: string, shape: Shape<T>): Promise<T> {
    return this.#parsed(await this.#send('GET', path), shape);
  }

  #parsed<T>(answer: HttpAnswer, shape: Shape<T>): T {
    try {
      return shape(JSON.parse(answer.text));
    } catch (cause) {
      if (!(cause instanceof ShapeError || cause instanceof SyntaxError)) throw cause;
      throw new AiopsError('tool_failed', `${this.#address} does not answer as Ray does: ${cause.message}`, {
        hint: 'give the address of the Ray dashboard, such as http://head:8265',
        cause,
      });
    }
  }

  async #send(
    method: string,
    path: string,
    {
      body,
      accepts = [],
      timeoutMs = ANSWER_MS,
    }: {
      readonly body?: string | Uint8Array;
      readonly accepts?: readonly number[];
      readonly timeoutMs?: number;
    } = {},
  ): Promise<HttpAnswer> {
    const headers = {
      ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }),
      ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
    };
    const request = { method, headers, timeoutMs, ...(body === undefined ? {} : { body }) };
    const answer = await sendRequest(`${this.#address}${path}`, request).catch((cause: unknown) => {
      throw new AiopsError('tool_failed', `cannot reach Ray at ${this.#address}: ${messageOf(cause)}`, {
        hint: 'check --address; the same command resumes the run',
        cause,
      });
    });
    const { status } = answer;
    if ((status >= 200 && status < 300) || accepts.includes(status)) return answer;
    throw this.#refusal(`${method} ${path}`, answer);
  }

  #refusal(request: string, { status, text: said }: HttpAnswer): AiopsError {
    if (status === 401 || status === 403) {
      const what = this.#token === null ? 'wants a token' : 'refuses the token';
      return new AiopsError('config', `Ray at ${this.#address} ${what} (HTTP ${status})`, {
        hint: 'put the token of the cluster into the environment variable RAY_AUTH_TOKEN, or into ~/.ray/auth_token',
      });
    }
    const reason = said.split('\n').findLast((line) => /\w{3}/.test(line)) ?? '';
    return new AiopsError(
      'tool_failed',
      `Ray answered ${request} with HTTP ${status}: ${reason.slice(0, 300)}`,
    );
  }
}
