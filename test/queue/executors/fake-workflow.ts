import { onTestFinished } from 'vitest';
import { githubWorkflowExecutor } from '../../../queue/executors/github-workflow.ts';
import { APP_ID, PRIVATE_KEY } from '../../connectors/github/fake-app-jwt.ts';
import { FakeGithub } from '../../connectors/github/fake-github.ts';

type Settings = Parameters<typeof githubWorkflowExecutor>[0];

/** A fake GitHub with one workflow, and the executor that starts it. `by`: where it is called. */
export async function fakeWorkflow(
  changes: Partial<Settings> = {},
  by = (url: string) => Promise.resolve(url),
) {
  const github = new FakeGithub(Date.now);
  await github.up();
  onTestFinished(() => github.down());
  const executor = githubWorkflowExecutor({
    app: { appId: APP_ID, privateKey: PRIVATE_KEY, apiUrl: await by(github.url), now: Date.now },
    installation: 77,
    repositoryId: 7300,
    repository: 'acme/api',
    workflow: 'deploy.yml',
    ref: 'main',
    inputs: { version: '{/version}' },
    timeoutMs: 20_000,
    definition: `sha256:${'d'.repeat(64)}`,
    pollMs: 20,
    ...changes,
  });
  return { github, executor };
}
