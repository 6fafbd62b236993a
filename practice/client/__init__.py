"""What Slack's own client does for a person: fill in a modal, press a button, deliver it to the app."""
