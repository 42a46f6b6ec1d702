"""The editor desk: articles written, reviewed, and published with their consequences in sight."""
