const RESOURCES: readonly (readonly [type: string, name: string])[] = [
  ['aws_s3_bucket', 'scratch'],
  ['aws_s3_bucket', 'scratch_logs'],
  ['aws_sqs_queue', 'scratch_jobs'],
  ['aws_sqs_queue', 'scratch_jobs_dead'],
  ['aws_lambda_function', 'scratch_resize'],
  ['aws_lambda_function', 'scratch_notify'],
  ['aws_iam_role', 'scratch_lambda'],
  // In the middle, where a card that is cut does not show it.
  ['aws_db_instance', 'customers'],
  ['aws_cloudwatch_log_group', 'scratch_resize'],
  ['aws_cloudwatch_log_group', 'scratch_notify'],
  ['aws_sns_topic', 'scratch_alerts'],
  ['aws_sns_topic_subscription', 'scratch_alerts_mail'],
  ['aws_route53_record', 'scratch'],
  ['aws_acm_certificate', 'scratch'],
];

/**
 * A plan as `terraform show -json` writes it, for the demo's second request: "remove the scratch
 * environment", with a database in it that nobody would call scratch.
 */
export function destroyPlan(): string {
  const changes = RESOURCES.map(([type, name]) => ({
    address: `${type}.${name}`,
    type,
    name,
    change: { actions: ['delete'], after: null },
  }));
  const plan = { format_version: '1.2', terraform_version: '1.13.4', resource_changes: changes };
  return `${JSON.stringify({ kind: 'terraform_plan', plan }, null, 2)}\n`;
}
