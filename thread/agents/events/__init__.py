"""What events are made of, whoever tells them: clipped texts, patches, bounds, traces."""
