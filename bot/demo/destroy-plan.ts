const GROUPS: readonly (readonly [kind: string, names: readonly string[]])[] = [
  ['aws_s3_bucket', ['scratch', 'scratch_logs', 'scratch_assets', 'scratch_exports']],
  ['aws_sqs_queue', ['scratch_jobs', 'scratch_jobs_dead', 'scratch_mail', 'scratch_mail_dead']],
  ['aws_lambda_function', ['scratch_resize', 'scratch_notify', 'scratch_import', 'scratch_report']],
  ['aws_cloudwatch_log_group', ['scratch_resize', 'scratch_notify', 'scratch_import', 'scratch_report']],
  ['aws_iam_role', ['scratch_resize', 'scratch_notify', 'scratch_import', 'scratch_report']],
  ['aws_security_group', ['scratch_web', 'scratch_jobs', 'scratch_db', 'scratch_cache']],
  // In the middle, where a card that is cut does not show it.
  ['aws_db_instance', ['customers']],
  ['aws_elasticache_cluster', ['scratch_cache']],
  ['aws_sns_topic', ['scratch_alerts', 'scratch_reports']],
  ['aws_sns_topic_subscription', ['scratch_alerts_mail', 'scratch_reports_mail']],
  ['aws_cloudwatch_metric_alarm', ['scratch_errors', 'scratch_latency', 'scratch_queue_age', 'scratch_cost']],
  ['aws_ssm_parameter', ['scratch_db_url', 'scratch_cache_url', 'scratch_mail_from', 'scratch_flags']],
  ['aws_route53_record', ['scratch', 'scratch_api']],
  ['aws_acm_certificate', ['scratch']],
  ['aws_lb', ['scratch']],
  ['aws_lb_listener', ['scratch_http', 'scratch_https']],
];

/**
 * The demo's second request: "remove the scratch environment", as a plan too long for a card, with a
 * database in it that nobody would call scratch.
 */
export function destroyPlan(): string {
  const destroy = GROUPS.flatMap(([kind, names]) => names.map((name) => `${kind}.${name}`));
  return `${JSON.stringify({ tool: 'terraform', workspace: 'scratch', destroy }, null, 2)}\n`;
}
