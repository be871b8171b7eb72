import type { ExportOrder } from '../../bot/ports/exporter.ts';

/**
 * VERIFY.md: how somebody who has nothing of Keyturn checks this bundle. A test runs its commands as they
 * stand, in a folder without Keyturn.
 */
export function verifyText(name: string, { from, to, origin }: ExportOrder): string {
  return `# How to check this bundle

It holds entries ${from} to ${to} of the audit log \`${origin}\`.
You need Node 20 or newer, or for the single checks below \`sha256sum\` and \`openssl\`.
Nothing here needs a network, Keyturn, or the people who run it.

## 1. Get two keys from outside of this bundle

- \`VERIFIER_KEY\`: the verifier key of the log. It begins with \`${origin}+\`.
- \`ATTESTATION_KEY\`: the file \`grant.pub\`, a public key in PEM.

The operator published both at install, and the first one stands in every anchor.
A key that came with the bundle proves nothing: whoever forges one forges the other.

## 2. Check all of it

Unpacked, in this folder:

\`\`\`bash
node verify.mjs --key "$VERIFIER_KEY"
\`\`\`

It prints what it found and ends with 0 (sound), 1 (tampered: it names the first bad entry), 2 (the input cannot be used) or 3 (sound, but nothing from outside confirms that the end of the log is not cut off).
Read \`verify.mjs\` before you run it if you do not trust who gave it to you: it is one file, it imports nothing but Node, and any \`keyturn audit verify\` is the same code.

To get from 3 to 0, give it what you hold yourself: a checkpoint from an anchor, a saved chat message, the footer of a card.

\`\`\`bash
node verify.mjs --key "$VERIFIER_KEY" --anchor "$ANCHOR"
\`\`\`

## 3. Check single things with other people's tools

Every file is what the list of contents says (the list itself proves nothing):

\`\`\`bash
node -e 'for (const f of JSON.parse(require("fs").readFileSync("manifest.json")).files) console.log(f.sha256 + "  " + f.path)' | sha256sum --check --quiet
\`\`\`

An entry's leaf hash is SHA-256 over a zero byte and its exact bytes; the next entry names it as \`prev\`:

\`\`\`bash
{ printf '\\0'; head -n 1 events.jsonl | tr -d '\\n'; } | openssl dgst -sha256 -binary | openssl base64
sed -n 2p events.jsonl | grep -o '"prev":"[^"]*"'
\`\`\`

Each attestation is a DSSE envelope around an in-toto statement, signed with ECDSA P-256:

\`\`\`bash
for file in attestations/*.dsse.json; do
  [ -e "$file" ] || continue
  node -e '
    const { payload, payloadType, signatures } = JSON.parse(require("fs").readFileSync(process.argv[1]));
    const body = Buffer.from(payload, "base64");
    const head = "DSSEv1 " + payloadType.length + " " + payloadType + " " + body.length + " ";
    require("fs").writeFileSync("attestation.pae", Buffer.concat([Buffer.from(head), body]));
    require("fs").writeFileSync("attestation.sig", Buffer.from(signatures[0].sig, "base64"));
  ' "$file"
  openssl dgst -sha256 -verify "$ATTESTATION_KEY" -signature attestation.sig attestation.pae
done
rm -f attestation.pae attestation.sig
\`\`\`

\`proofs/*.tlog-proof\` and \`checkpoint.note\` are in the formats of c2sp.org, which any transparency log's tools read.

## 4. What it shows, and what it cannot

- It shows that these are the entries that were signed, in this order, none missing between them, and that every approval had its quorum of different people who were not excluded.
- It cannot show what happened after the newest checkpoint that somebody outside holds: whoever owns the machine and the key could have rewritten the log from there on. The window is the time since that checkpoint.
- It cannot show that every action went through Keyturn. An agent that holds the credentials itself can go around.
- Names, comments and reasons stand in \`disclosures.jsonl\`. One that was erased is missing there, and an entry says who erased it and why.
- \`reports/*.csv\` are made from the entries; step 2 makes them again and compares. Cells that a spreadsheet would run as a formula begin with an apostrophe.

The folder of this bundle is called \`${name}\`.
`;
}
