import type { IncomingHttpHeaders } from 'node:http';

interface StoredFile {
  readonly owner: string;
  readonly name: string;
  readonly bytes: Buffer;
}

/** OneDrive's upload sessions: an address for one file, that is itself the permission, and works once. */
export class Uploads {
  readonly files: StoredFile[] = [];
  readonly #open = new Map<string, { readonly owner: string; readonly name: string }>();
  #next = 0;

  open(name: string, owner: string, base: string) {
    this.#next += 1;
    const path = `/teams/drive/${this.#next}`;
    this.#open.set(path, { owner, name });
    return {
      uploadUrl: new URL(path, base).href,
      contentUrl: `https://firm-my.sharepoint.com/personal/${owner}/Documents/${name}`,
      uniqueId: `file-${this.#next}`,
      fileType: 'gz',
      name,
    };
  }

  put(path: string, headers: IncomingHttpHeaders, bytes: Buffer) {
    const session = this.#open.get(path);
    // A token has no business here, and whoever sends one has given it away.
    if (session === undefined || headers.authorization !== undefined) return { status: 404, body: {} };
    const whole = `bytes 0-${bytes.length - 1}/${bytes.length}`;
    if (headers['content-range'] !== whole) return { status: 416, body: {} };
    this.#open.delete(path);
    this.files.push({ ...session, bytes });
    return { status: 201, body: { id: path } };
  }
}
