/** What Slack calls one delivery: the same for every retry and replay of it, and for no other. */
export function deliveryKey(body: Readonly<Record<string, unknown>>): string | null {
  const { event_id: event, trigger_id: trigger } = body;
  if (typeof event === 'string' && event !== '') return `event ${event.slice(0, 100)}`;
  if (typeof trigger === 'string' && trigger !== '') return `trigger ${trigger.slice(0, 200)}`;
  return null;
}
