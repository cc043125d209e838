snapshot = box.snapshot(name="after-setup")

print(snapshot)
# Snapshot(
#   id="snap_x7f...",
#   name="after-setup",
#   box_id="box_abc123",
#   size_bytes=52428800,
#   status="ready",
#   created_at=1771845600,
# )
