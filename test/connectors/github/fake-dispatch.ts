export interface Dispatched {
  readonly workflow: string;
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
}

interface Github {
  readonly dispatched: Dispatched[];
  readonly isStubborn: boolean;
  wait(name: string, changes: { environments: string[] }): { readonly id: number };
}

const MOST_INPUTS = 25;

/** `workflows/{file}/dispatches`: every call starts another run, and only who asks for it is told which. */
export function dispatch(github: Github, path: string, said: unknown) {
  const { ref, inputs = {}, return_run_details: details } = said as Record<string, unknown>;
  const values = Object.values(inputs as object);
  if (path !== '/actions/workflows/deploy.yml/dispatches') return { status: 404 };
  if (ref !== 'main' || values.length > MOST_INPUTS || !values.every((one) => typeof one === 'string'))
    return { status: 422 };
  github.dispatched.push({ workflow: 'deploy.yml', ref, inputs: inputs as Dispatched['inputs'] });
  const run = github.wait(`run ${github.dispatched.length}`, { environments: [] });
  if (details !== true) return { status: 204 };
  return { status: 200, body: { workflow_run_id: run.id } };
}

export function callOff({ isStubborn }: Github, run: { ended: string | null }) {
  if (run.ended !== null) return { status: 409 };
  if (!isStubborn) run.ended = 'cancelled';
  return { status: 202 };
}
