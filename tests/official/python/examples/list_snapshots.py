snapshots = box.list_snapshots()

print(snapshots)
# [
#   Snapshot(id="snap_x7f...", name="after-setup", status="ready", ...),
#   Snapshot(id="snap_a3b...", name="pre-refactor", status="ready", ...),
# ]
