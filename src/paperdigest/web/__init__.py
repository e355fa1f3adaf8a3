"""The pages that readers open: so far the one by which they unsubscribe. Sits on top, like the command line."""
