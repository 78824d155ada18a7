"""From transcripts on this machine to stored documents, whoever asks for it."""
