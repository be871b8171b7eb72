import type { SlackApi } from './web-api.ts';

/** A long bundle over a slow line. */
const UPLOAD_WITHIN_MS = 60_000;

export interface FileToSend {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly comment: string;
}

/**
 * A file to one person alone: an address is asked for, the bytes go there, and then it is shared in
 * their direct message. False when any of the three failed; then nobody has got anything.
 */
export async function sendFile(api: SlackApi, user: string, file: FileToSend): Promise<boolean> {
  const channel = await directChannel(api, user);
  if (channel === null) return false;
  const { name, bytes } = file;
  const asked = await api.call('files.getUploadURLExternal', { filename: name, length: bytes.byteLength });
  if (!asked.ok) return false;
  const { upload_url: url, file_id: id } = asked.data;
  if (typeof url !== 'string' || typeof id !== 'string') return false;
  const put = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': file.mediaType },
    body: new Uint8Array(bytes),
    redirect: 'error',
    signal: AbortSignal.timeout(UPLOAD_WITHIN_MS),
  });
  if (!put.ok) return false;
  const shared = await api.call('files.completeUploadExternal', {
    files: [{ id, title: name }],
    channel_id: channel,
    initial_comment: file.comment,
  });
  return shared.ok;
}

/** The direct message with this person, or null where there can be none. */
export async function directChannel(api: SlackApi, user: string): Promise<string | null> {
  const opened = await api.call('conversations.open', { users: user });
  if (!opened.ok) return null;
  const channel = opened.data['channel'];
  return typeof channel === 'object' && channel !== null && 'id' in channel && typeof channel.id === 'string'
    ? channel.id
    : null;
}
