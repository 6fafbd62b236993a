"""The practice workspace (oefenwerkplek): a local, strict stand-in for Slack; imports nothing of ours."""
