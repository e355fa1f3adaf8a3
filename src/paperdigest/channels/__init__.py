"""Messages out. One module per channel; a channel never retries and never decides what to send."""
