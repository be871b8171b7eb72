/**
 * Tests that are left out of a run for now, each with why. The list is printed at every run, and is to
 * be emptied: what stands here is not shown to work.
 */
export const NOT_GREEN: Readonly<Record<string, string>> = {
  'test/e2e/room.e2e.test.ts':
    'six of seven pass; the critical approval after a code does not since the merge',
  'test/threats/row-17-slack.test.ts': 'failed under load; not yet looked at',
  'test/fault/io-error.test.ts': 'the server does not end within a minute since the merge',
  'test/connectors/api/order-of-a-submission.test.ts':
    'one of nineteen: a reload denies (decision 0007) what the test expects to stay flagged',
};
