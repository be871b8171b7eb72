import type { Reporter, TestCase, TestModule, TestRunEndReason, Vitest } from 'vitest/node';

/**
 * Ends the output with one line that CI can read: `N passed, N failed`, and `, N skipped` if any were.
 * A run that tested nothing, or that broke outside a test, counts as one failure at least.
 */
export class CountReporter implements Reporter {
  #filtered = false;
  // Until a run has ended there is nothing to be proud of: a crash on the way must read as a failure.
  #line = toLine(0, 1, 0);
  #failed = true;

  onInit(vitest: Vitest): void {
    this.#filtered = vitest.config.testNamePattern !== undefined;
    // At exit, because the default reporter and vitest itself have more to say after the run ends.
    process.once('exit', () => {
      if (this.#failed) process.exitCode ||= 1;
      process.stdout.write(`\n${this.#line}\n`);
    });
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly unknown[],
    reason: TestRunEndReason,
  ): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const skipped = tests.filter((test) => test.result().state === 'skipped');
    const passed = tests.filter((test) => test.result().state === 'passed').length;
    const broken = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    let failed = tests.filter((test) => test.result().state === 'failed').length;
    failed += broken.filter((suite) => suite.errors().length > 0).length + unhandled.length;
    if (failed === 0 && (passed === 0 || reason !== 'passed')) failed = 1;

    this.#failed = failed > 0;
    this.#line = toLine(passed, failed, skipped.length);
    // With `-t` everything that was not asked for is skipped: naming it all would hide the rest.
    if (!this.#filtered) for (const test of skipped) process.stdout.write(`${toSkipLine(test)}\n`);
  }
}

function toLine(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function toSkipLine(test: TestCase): string {
  const result = test.result();
  const reason = (result.state === 'skipped' && result.note) || 'no reason given';
  return `skipped: ${test.module.relativeModuleId} > ${test.fullName}: ${reason}`;
}
