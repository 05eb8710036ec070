"""Where the guests' disks are kept: a folder of qcow2 files, or a fake."""
