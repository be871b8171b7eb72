/** Hashes of freshly made tokens. The tokens themselves never stand in the file. */
export interface StarterHashes {
  readonly alex: string;
  readonly robin: string;
  readonly agent: string;
}

/** A first `keyturn.yaml`: two people who review each other's agents, one agent, three rules. */
export function starterFile(hashes: StarterHashes): string {
  return `# Keyturn's policy and settings. Check before you save: keyturn policy check. A running server takes a changed file by itself.
# No secret stands in this file: tokens are kept as SHA-256 hashes. More of them: keyturn token new person|client
version: 1

# Where the server listens. Without public_url it is for this machine only.
listen: { host: 127.0.0.1, port: 3000 }

# The database and the signing keys. Relative to this file; keep key_dir outside data_dir.
data_dir: ./data
key_dir: ./keys

# Every environment a target may name, in this spelling. Anything else is refused.
environments: [dev, staging, prod]

# The humans. A chat or forge account is given by its immutable id, never by name or e-mail address.
people:
  alex:
    name: Alex
    accounts:
      api_token_sha256: ${hashes.alex}
  robin:
    name: Robin
    accounts:
      api_token_sha256: ${hashes.robin}

# Who may fill which seat.
groups:
  reviewers: { members: [alex, robin] }

# Who may read every request and the audit log.
auditors: [robin]

# Who may lift a freeze after somebody flagged a request.
clear_from: [reviewers]

# The agents and pipelines. The owner of a client never reviews what it asks for.
# A client may name these actions and targets (SYSTEM/ENVIRONMENT/RESOURCE) and no others.
clients:
  my-agent:
    kind: agent
    owner: alex
    auth:
      token_sha256: ${hashes.agent}
    actions: ["db.*", "deploy.*"]
    targets: ["postgres/**", "k8s/**"]

# What is known about an action: its risk, and the parts of its payload that nobody is shown.
actions:
  db.export: { risk: high }
  # key.rotate: { risk: high, redact: [/secret] }

# Who must approve, and how long that may take. Each seat is filled by a different person.
plans:
  one-key:
    seats: [{ from: [reviewers], count: 1 }]
    comment: { reject: required }
    expires_after: 30m
    usable_for: 15m
    # remind: [half, 5m]               # when people are reminded; this is what holds where nothing is said
    # escalate: [{ after: 20m, notify: [reviewers] }]   # groups that are told as well
    # review_via: [slack, teams, room] # the ways by which an approval counts; left out, these and api

# What no rule matched. It is require or deny, never allow.
default: { effect: require, plan: one-key }

# All rules that match count: deny before require before allow. See "when" for the payload, in CEL.
rules:
  - id: read-only
    match: { action: db.read, target: "postgres/**" }
    when: "payload.kind == 'sql' && payload.statement.matches('^(?i)select [^;]*$')"
    effect: allow
  - id: prod-is-critical
    match: { environment: prod }
    effect: require
    plan: one-key
    risk: critical
  - id: no-drop
    match: { action: "db.*", requester: { kind: agent } }
    when: payload.kind == 'sql' && payload.statement.matches(r'(?i)\\bdrop\\b')
    effect: deny
    tell: Dropping tables is not available to agents

# Hours in which nothing that they match may be asked, approved or run. Cron in that time zone, then so long.
# freezes:
#   - { id: weekend, match: { environment: prod }, cron: "0 18 * * FRI", for: 62h, tz: Europe/Berlin }

# In an emergency one person of "who" approves alone. Somebody else of "by" reviews it afterwards, in time.
# break_glass:
#   - match: { environment: prod, action: "deploy.*" }
#     who: [reviewers]
#     reason_min: 40
#     notify: { room: true }
#     post_review: { by: [reviewers], within: 24h }

# Per requester. "unlimited" must be written out.
limits: { open_per_requester: 20, new_per_minute: 30 }

# The name of the audit log, which every proof carries. Choose it once.
audit: { log: keyturn.local }
`;
}
