/**
 * Slack's limits as `chat.md` lists them. Where Slack's own rule is not published, the fake takes the
 * strictest reading that anybody measured, so that what passes here passes there.
 */
export const LIMITS = {
  blocksInMessage: 50,
  blocksInView: 100,
  /** Of all blocks of a message as JSON. Undocumented; people measured 11,300 to 13,297, by content. */
  blocksJson: 13_200,
  viewJson: 250_000,
  messageText: 4_000,
  header: 150,
  sectionText: 3_000,
  fieldText: 2_000,
  fields: 10,
  contextElements: 10,
  actionElements: 25,
  buttonText: 75,
  buttonValue: 2_000,
  url: 3_000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  modalTitle: 24,
  inputLabel: 2_000,
  placeholder: 150,
  inputLength: 3_000,
  optionText: 75,
  optionValue: 150,
  options: 100,
  privateMetadata: 3_000,
  id: 255,
  viewStack: 3,
} as const;

export const TIMES = {
  ackMs: 3_000,
  triggerMs: 3_000,
  responseUrlMs: 30 * 60_000,
  responseUrlUses: 5,
} as const;

/** Calls a minute by method. `chat.postMessage` is counted per channel instead, see `rate-limits.ts`. */
export const PER_MINUTE: Readonly<Record<string, number>> = {
  'chat.update': 50,
  'chat.delete': 50,
  'chat.postEphemeral': 100,
  'views.open': 100,
  'views.push': 100,
  'views.update': 100,
  'views.publish': 100,
  'users.info': 100,
  'usergroups.users.list': 20,
  'conversations.open': 50,
  'conversations.info': 50,
  'conversations.history': 50,
  'files.getUploadURLExternal': 100,
  'files.completeUploadExternal': 100,
  'auth.test': 300,
  'apps.connections.open': 60,
};

/** A channel takes one message a second, after a short burst. */
export const POST_BURST = 4;
export const POST_EVERY_MS = 1_000;
/** And the workspace takes "several hundred" a minute over all channels. */
export const POSTS_A_MINUTE = 300;

/** The scope each method needs. An empty one needs a valid token only. */
export const SCOPE_OF: Readonly<Record<string, string>> = {
  'chat.postMessage': 'chat:write',
  'chat.update': 'chat:write',
  'chat.delete': 'chat:write',
  'chat.postEphemeral': 'chat:write',
  'conversations.open': 'im:write',
  'conversations.info': 'channels:read',
  'conversations.history': 'channels:history',
  'users.info': 'users:read',
  'usergroups.users.list': 'usergroups:read',
  'files.getUploadURLExternal': 'files:write',
  'files.completeUploadExternal': 'files:write',
  'apps.connections.open': 'connections:write',
  'views.open': '',
  'views.push': '',
  'views.update': '',
  'views.publish': '',
  'auth.test': '',
};
