"""What keeps an archive from working, looked for without writing a byte: ``examine`` gives a line for each thing that was looked at."""
