# The effect of a command: one line in its own file, synced. What runs it may be long dead.
printf '%s %s\n' "$KEYTURN_REQUEST" "$KEYTURN_ATTEMPT" >> "$CHAOS_EFFECTS"
sync "$CHAOS_EFFECTS"
