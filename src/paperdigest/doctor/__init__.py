"""Looks at the machine, the files and the store for the doctor. Reads only; what it means is judged in `core`."""
