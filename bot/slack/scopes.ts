/**
 * What the app may do in a workspace, and why. No more: the right to read channels would let this
 * process, and whoever takes it over, read what people say there.
 */
export const SCOPES: Readonly<Record<string, string>> = {
  'chat:write': 'post cards, keep them true, answer one person alone',
  commands: 'slash commands',
  'users:read': 'whether somebody is a full member of this workspace',
  'usergroups:read': 'who is in a group that the policy names',
  'im:write': 'tell one person something by direct message',
  'files:write': 'hand out what is too long for a message',
  'app_mentions:read': 'be asked by @Keyturn',
};

/** Only while accounts are linked by address; `users.info` works without it. */
export const SCOPES_WHILE_LINKING: ReadonlySet<string> = new Set(['users:read.email']);

/** The events that Slack has to send. */
export const EVENTS = ['app_home_opened', 'app_mention'] as const;
